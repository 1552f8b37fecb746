import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startStack, type Stack } from '@tocsin/tools/stack/stack';
import type { RedisCluster } from '../redis/redis-cluster.ts';
import { channelsOf } from './channels.ts';
import { Changes } from './clients/changes.ts';
import { Fallbacks } from './clients/fallbacks.ts';
import { Orders } from './clients/orders.ts';
import { InboxMarks } from './clients/inbox-marks.ts';
import { Clients } from './clients/clients.ts';
import { Failpoints } from './failpoints.ts';
import { goalsOf, shortfalls } from './goals.ts';
import { goneOffsets } from './report/gone-offsets.ts';
import { causeFaults } from './cause-faults.ts';
import { makeLedger, type Ledger } from './report/ledger.ts';
import { naiveBff } from './naive/command.ts';
import { readChaosOptions, type ChaosOptions } from './options.ts';
import { printLedger } from './report/print-ledger.ts';
import { startRedisCluster } from './masters.ts';
import { Random } from './random.ts';
import { Reader } from './clients/reader.ts';
import { startReceivers, type Receivers } from './clients/receivers.ts';
import { writeReport } from './report/report.ts';
import { BFFS, schedule } from './schedule.ts';
import { FEEDS, Workload } from './clients/workload.ts';

/**
 * Deliveries count as finished once there have been none for this long (ms). Other processes finish a killed process's
 * work within 20 s.
 */
const QUIET_MS = 21_000;
/** Maximum time between the last notification and the end of deliveries (ms). */
const DRAIN_MS = 120_000;
/** Large enough to keep every publication in a run, since clients are checked against the history. */
const HISTORY_MAX = '1000000';
/** Higher than the default, since all clients in a run belong to the same reader. */
const MAX_CONNECTIONS_PER_READER = '1000';

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run chaos`: kills, stops and restarts every process while more than 200 clients receive notifications. Also
 * kills processes at every step of the protocol, and stops them at about half of these steps. Then checks each
 * notification. Exits with 1 if a notification is lost, duplicated or out of order, another check fails, or the run
 * misses a goal.
 */
export async function chaos(args: string[], signal: AbortSignal): Promise<number> {
  const options = readChaosOptions(args);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-chaos-'));
  const failpoints = new Failpoints(dir);
  const reader = new Reader();
  const receivers = await startReceivers();
  const channels = channelsOf(receivers, dir);
  const settings = { AUTH_MODE: 'jwt', HISTORY_MAX, MAX_CONNECTIONS_PER_READER };
  const cluster = options.redis === 'cluster' ? await startRedisCluster(dir, say) : undefined;
  const stack = await startStack({
    bffs: BFFS,
    ...(cluster && { redisHost: cluster.address, redisSettings: { REDIS_CLUSTER: 'true' } }),
    producerEnv: failpoints.env('producer'),
    ...(options.naive
      ? { bffEnv: failpoints.env('bff'), apps: { bff: naiveBff } }
      : {
          bffEnv: { ...failpoints.env('bff'), ...settings, ...channels.env },
          secrets: { ...reader.secrets, ...channels.secrets },
          resources: channels.resources,
        }),
  });
  try {
    const ledger = await run({ stack, cluster, failpoints, reader, receivers, options, signal });
    say(`\n${printLedger(ledger)}`);
    return ledger.clean ? 0 : 1;
  } finally {
    await stack.stop();
    await cluster?.stop();
    await receivers.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Run {
  stack: Stack;
  cluster: RedisCluster | undefined;
  failpoints: Failpoints;
  reader: Reader;
  receivers: Receivers;
  options: ChaosOptions;
  signal: AbortSignal;
}

async function run({ stack, cluster, failpoints, reader, receivers, options, signal }: Run): Promise<Ledger> {
  const { seed, minutes, full, naive } = options;
  const goals = goalsOf(options);
  const startedAt = Date.now();
  const tokens = naive ? undefined : { getToken: reader.getToken, long: await reader.getLongToken() };
  const clients = new Clients(stack.bffs, new Random(seed), tokens);
  let marks: InboxMarks | undefined;
  let orders: Orders | undefined;
  try {
    await clients.ready();
    // The components of examples/outbox work only with a single Redis server.
    orders =
      tokens && !cluster ? await Orders.start(stack, new Random(seed + 5), tokens.getToken) : undefined;
    const urls = stack.producers.map(({ url }) => url);
    const workload = new Workload(urls, new Random(seed + 1));
    const changes = naive ? undefined : new Changes(urls, new Random(seed + 2));
    const instances = stack.bffs.map(({ url }) => url);
    marks = tokens && new InboxMarks(instances, new Random(seed + 3), tokens.getToken);
    const fallbacks = naive
      ? undefined
      : await createFallbacks(stack, reader, receivers, new Random(seed + 4));
    clients.startDisruptions();
    const faults = schedule(options);
    const end = startedAt + minutes * 60_000;
    const events = await causeFaults({
      ...{ stack, cluster, failpoints, clients, workload, faults, goals, full, end, signal, say },
    });
    await clients.stopDisruptions();
    const activities = [changes, marks, fallbacks, orders].filter((activity) => activity !== undefined);
    await Promise.all([workload.stop(), ...activities.map((activity) => activity.stop())]);
    const settledAt = Math.max(0, ...activities.map((activity) => activity.settledAt));
    await delay(Math.max(0, settledAt - Date.now()));
    await drain(clients);
    const gone = tokens ? await goneByFeed(stack, tokens.long) : new Map<string, Set<string>>();
    const ledger = await makeLedger({
      ...{ seed, naive, redis: options.redis, startedAt, workload, changes, clients, events },
      marks: await marks?.results(),
      fallbacks: fallbacks?.results(),
      orders: await orders?.results(),
      isGone: (feed, epoch, offset) => gone.get(feed)?.has(`${epoch} ${offset}`) ?? false,
      shortfalls: shortfalls(goals, { events, acknowledged: workload.total }),
    });
    const deliveries = clients.steady.flatMap(({ observer }) => observer.shown.map(({ at }) => at));
    say(`\nWrote ${writeReport(ledger, events, deliveries).join(' and ')}`);
    return ledger;
  } finally {
    clients.close();
    marks?.close();
    orders?.close();
  }
}

async function createFallbacks(
  { producers, bffs }: Stack,
  reader: Reader,
  receivers: Receivers,
  random: Random,
): Promise<Fallbacks> {
  const instances = bffs.map(({ url }) => url);
  const token = await reader.getTokenOf('away');
  await Fallbacks.agreeToEmail(instances[0] ?? '', token);
  return new Fallbacks(
    producers.map(({ url }) => url),
    instances,
    random,
    receivers,
    token,
  );
}

/** Returns, for each feed, the offsets of publications that are gone according to an instance's history. */
const goneByFeed = async (stack: Stack, token: string): Promise<Map<string, Set<string>>> =>
  new Map(
    await Promise.all(
      FEEDS.map(async (feed) => [feed, await goneOffsets(stack.bffs[0]?.url ?? '', feed, token)] as const),
    ),
  );

/**
 * Waits until deliveries stop. Seeing every notification once isn't enough: duplicates would arrive last, when another
 * process redoes a dead process's work.
 */
async function drain(clients: Clients): Promise<void> {
  const end = Date.now() + DRAIN_MS;
  let count = -1;
  let countedAt = Date.now();
  while (Date.now() < end && Date.now() - countedAt < QUIET_MS) {
    const watchers = await clients.all();
    const shown = watchers.reduce((sum, watcher) => sum + watcher.shown.length, 0);
    if (shown !== count) [count, countedAt] = [shown, Date.now()];
    await delay(500);
  }
}
