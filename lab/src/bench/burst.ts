import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { parseOptions } from '@tocsin/tools/options';
import { usageOf } from '@tocsin/tools/process/usage';
import { startStack, type Stack } from '@tocsin/tools/stack/stack';
import { webhookOf } from '../chaos/channels.ts';
import { quantile } from './quantile.ts';
import { readMetric } from './read-metric.ts';

const USAGE = 'npm run bench:burst -- [--fallbacks N] [--digest N]';
const PER_REQUEST = 100;
const ENDED_METRIC = 'tocsin_bff_fallbacks_total';
/** Time the receiver takes to process a message (ms). */
const PROCESSING_MS = 20;
/** Maximum for `--digest`. A reader's document keeps the receipts of at most 1,000 finished fallbacks. */
const MAX_DIGEST = 1_000;
/** Fixed part of the time limit for all fallbacks (ms). */
const TIME_LIMIT_MS = 60_000;
/** Time limit added per fallback (ms). Even on a busy machine, a fallback takes only a fraction of that. */
const TIME_LIMIT_PER_FALLBACK_MS = 100;

interface BurstOptions {
  /** Number of readers with a single fallback. */
  fallbacks: number;
  /** Number of fallbacks for one additional reader. The bffs combine these into a few messages. */
  digest: number;
  /** Time from the start of publishing until all fallbacks are due (ms). */
  leadMs: number;
}

interface BurstFigures {
  /** Readers who got no message. */
  missed: number;
  /** Readers who got multiple messages. */
  duplicated: number;
  /** Messages for the reader with many fallbacks. */
  digests: number;
  /** Fallbacks recorded as sent. */
  sent: number;
  /** Fallbacks that arrived more than 50 ms early. */
  early: number;
  /**
   * How late each fallback arrived (ms). This list, `missed`, `duplicated` and `early` exclude the additional reader's
   * fallbacks.
   */
  lateMs: number[];
  /** Maximum number of messages that were in flight to the receiver at once. */
  maxInFlight: number;
  /** Highest memory usage (MiB) of any instance, before and during the burst. */
  memoryMiB: { before: number; highest: number };
}

/**
 * `npm run bench:burst`: sends many fallbacks that are due in the same second. Exits with 1 if any are lost, sent twice
 * or sent early.
 */
export async function benchBurst(args: string[]): Promise<number> {
  const { values } = parseOptions(args, USAGE, {
    options: {
      fallbacks: { type: 'string', default: '10000' },
      digest: { type: 'string', default: '1000' },
    },
  });
  const [fallbacks = 0, digest = 0] = [values.fallbacks, values.digest].map(Number);
  const faults = [fallbacks, digest].filter((value) => !Number.isInteger(value) || value < 1);
  if (faults.length > 0 || digest > MAX_DIGEST)
    throw new Failure(
      `Each number must be an integer of at least 1, and --digest at most ${MAX_DIGEST}.\n${USAGE}`,
    );
  const figures = await runBurst({ fallbacks, digest, leadMs: 5_000 + 15 * (fallbacks + digest) });
  const { missed, duplicated, digests, sent, early, lateMs, maxInFlight, memoryMiB } = figures;
  process.stdout.write(
    `\n${fallbacks} readers with one fallback each and one reader with ${digest}, all due in the same second, on 2 bffs:\n` +
      `${sent} sent, ${missed} missed, ${duplicated} duplicated, ${early} early; ` +
      `${digests} messages for the reader with ${digest} fallbacks\n` +
      `late: ${quantile(lateMs, 0.5).toFixed(0)} ms (median), ${Math.max(...lateMs).toFixed(0)} ms at most\n` +
      `peak of ${maxInFlight} messages at once; highest memory of a bff: ${memoryMiB.before.toFixed(0)} MiB before, ${memoryMiB.highest.toFixed(0)} MiB during the burst\n`,
  );
  return missed + duplicated + early === 0 && sent === fallbacks + digest ? 0 : 1;
}

/**
 * Publishes fallbacks that are due at the same time, and counts the messages.
 * @throws Failure if any don't finish before the time limit
 */
async function runBurst(options: BurstOptions): Promise<BurstFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-burst-'));
  const receiver = await startReceiver();
  const channels = webhookOf(receiver.url, dir);
  const stack = await startStack({
    env: { LOG_LEVEL: 'error' },
    bffEnv: channels.env,
    secrets: channels.secrets,
    resources: channels.resources,
  });
  try {
    return await runBurstOn(stack, receiver, options);
  } finally {
    await stack.stop();
    receiver.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

async function runBurstOn(
  stack: Stack,
  receiver: Receiver,
  { fallbacks, digest, leadMs }: BurstOptions,
): Promise<BurstFigures> {
  const run = randomBytes(4).toString('hex');
  const ids = Array.from({ length: fallbacks }, (_, n) => `burst-${run}-${n}`);
  const dueAt = Date.now() + leadMs;
  const memory = () => Math.max(...stack.bffs.map(({ app }) => usageOf(app.pid).memory / 2 ** 20));
  const before = memory();
  const feeds = [
    ...ids.map((id) => ({ id, feed: `user:${id}` })),
    ...Array.from({ length: digest }, (_, n) => ({ id: `one-${run}-${n}`, feed: 'user:one' })),
  ];
  for (let first = 0; first < feeds.length; first += PER_REQUEST) {
    const after = `PT${Math.ceil((dueAt - Date.now()) / 1_000)}S`;
    const body = feeds.slice(first, first + PER_REQUEST).map((notification) => ({
      ...notification,
      title: notification.id,
      fallback: [{ after, via: 'webhook' }],
    }));
    const { status } = await fetch(`${stack.producers[0]?.url}/notifications`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
    if (status !== 202) throw new Failure(`The producer returned ${status}`);
  }
  if (Date.now() > dueAt)
    throw new Failure('The fallbacks came due before all notifications had been published');
  let highest = 0;
  const finished = async () => {
    highest = Math.max(highest, memory());
    const counts = await Promise.all(stack.bffs.map(({ url }) => readMetric(`${url}/metrics`, ENDED_METRIC)));
    return counts.reduce((sum, count) => sum + count, 0) >= feeds.length;
  };
  const timeoutMs = leadMs + TIME_LIMIT_MS + TIME_LIMIT_PER_FALLBACK_MS * feeds.length;
  const fault = await pollUntil(finished, { timeoutMs, everyMs: 500 });
  if (fault) throw new Failure(`Some fallbacks have no outcome yet: ${fault}`);
  // Leave time for a duplicate to arrive.
  await delay(2_000);
  const sent = await Promise.all(
    stack.bffs.map(({ url }) => readMetric(`${url}/metrics`, ENDED_METRIC, { outcome: 'sent' })),
  );
  const perReader = ids.map((id) => receiver.times.get(id) ?? []);
  const delays = perReader.flat().map((at) => at - dueAt);
  return {
    missed: perReader.filter((times) => times.length === 0).length,
    duplicated: perReader.filter((times) => times.length > 1).length,
    digests: receiver.messagesOf('user:one'),
    sent: sent.reduce((sum, count) => sum + count, 0),
    early: delays.filter((ms) => ms < -50).length,
    lateMs: delays.map((ms) => Math.max(0, ms)),
    maxInFlight: receiver.maxInFlight(),
    memoryMiB: { before, highest },
  };
}

/** Starts a webhook receiver that records when each notification arrives. */
async function startReceiver() {
  const times = new Map<string, number[]>();
  const messages = new Map<string, number>();
  let [inFlight, maxInFlight] = [0, 0];
  const server = createServer((request, response) => {
    maxInFlight = Math.max(maxInFlight, ++inFlight);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      for (const id of new Set(text.match(/burst-[0-9a-f]{8}-\d+/g)))
        times.set(id, [...(times.get(id) ?? []), Date.now()]);
      const feed = /"reader":"(user:[^"]+)"/.exec(text)?.[1] ?? '';
      messages.set(feed, (messages.get(feed) ?? 0) + 1);
      setTimeout(() => {
        inFlight--;
        response.writeHead(204).end();
      }, PROCESSING_MS);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    times,
    messagesOf: (feed: string) => messages.get(feed) ?? 0,
    maxInFlight: () => maxInFlight,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
