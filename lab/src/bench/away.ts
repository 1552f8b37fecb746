import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { parseOptions } from '@tocsin/tools/options';
import { usageOf } from '@tocsin/tools/process/usage';
import { startStack, type Stack } from '@tocsin/tools/stack/stack';
import { HttpLane, postRequest } from './harness/http-lane.ts';
import { median } from './quantile.ts';
import { readMetric } from './read-metric.ts';

const LANES = 64;
const IDLE_SECONDS = 3;
const POLL_MS = 200;
const VIA = 'email';

/** Kinds of notifications in a round, in the order of the rows in the printed table. */
const KINDS = ['without', 'waiting', 'due'] as const;
type Kind = (typeof KINDS)[number];
const FALLBACKS: Record<Kind, object> = {
  without: {},
  waiting: { fallback: [{ after: 'PT6H', via: VIA }] },
  due: { fallback: [{ after: 'PT1S', via: VIA }] },
};
const LABELS: Record<Kind, string> = {
  without: 'without a fallback',
  waiting: 'with a fallback due after 6 h',
  due: 'with a fallback due after 1 s',
};

type Cpu = Record<'all' | 'applications' | 'sidecars' | 'scheduler' | 'redis', number>;

export interface AwayFigures {
  /** CPU time per notification (µs). The CPU time that idle processes use is subtracted. */
  cpu: Cpu;
  /**
   * Notifications accepted and published per second. For `due`, the bffs also decide on the fallbacks of earlier
   * notifications during that time.
   */
  rate: number;
}

const USAGE = 'npm run bench:away -- [--rounds N] [--count N] [--readers N]';

/**
 * `npm run bench:away`: compares the cost of notifications with and without a fallback. Alternates between the kinds on
 * the same stack. Sends no messages, because the readers have no e-mail address. A due fallback is finished once the
 * decision about it is stored.
 */
export async function benchAway(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parseOptions(args, USAGE, {
    options: {
      rounds: { type: 'string', default: '3' },
      count: { type: 'string', default: '2000' },
      readers: { type: 'string', default: '500' },
    },
  });
  const [rounds = 0, count = 0, readers = 0] = [values.rounds, values.count, values.readers].map(Number);
  const faults = [rounds, count, readers].filter((value) => !Number.isInteger(value) || value < 1);
  if (faults.length > 0) throw new Failure(`Each number must be an integer of at least 1.\n${USAGE}`);
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-away-'));
  const file = join(folder, 'away.json');
  const channels = {
    publicUrl: 'https://inbox.example',
    email: { from: 'bench@inbox.example', window: 'PT0S' },
  };
  writeFileSync(file, JSON.stringify(channels));
  const stack = await startStack({
    env: { LOG_LEVEL: 'error', NODE_ENV: 'production' },
    bffEnv: { AWAY_FILE: file },
  });
  try {
    report(await measureAway(stack, { rounds, count, readers, signal }), { rounds, count, readers });
    return 0;
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true });
  }
}

interface AwayOptions {
  rounds: number;
  /** Notifications per kind and round. */
  count: number;
  readers: number;
  signal: AbortSignal;
}

/** Warms up, then returns the medians over `rounds` rounds. @throws Failure if a notification isn't published */
export async function measureAway(
  stack: Stack,
  { rounds, count, readers, signal }: AwayOptions,
): Promise<Record<Kind, AwayFigures>> {
  const all: Record<Kind, AwayFigures[]> = { without: [], waiting: [], due: [] };
  for (let round = 0; round <= rounds && !signal.aborted; round++) {
    // Start each round with a different kind.
    const turn = round % KINDS.length;
    for (const kind of [...KINDS.slice(turn), ...KINDS.slice(0, turn)]) {
      const idle = await idleCpu(stack);
      const figures = await runRound(stack, { kind, count, readers }, idle);
      if (round > 0) all[kind].push(figures);
    }
  }
  const medianOf = (kind: Kind): AwayFigures => ({
    cpu: cpuOf((group) => median(all[kind].map(({ cpu }) => cpu[group]))),
    rate: median(all[kind].map(({ rate }) => rate)),
  });
  return { without: medianOf('without'), waiting: medianOf('waiting'), due: medianOf('due') };
}

const cpuOf = (figureOf: (group: keyof Cpu) => number): Cpu => ({
  all: figureOf('all'),
  applications: figureOf('applications'),
  sidecars: figureOf('sidecars'),
  scheduler: figureOf('scheduler'),
  redis: figureOf('redis'),
});

/** Returns the CPU seconds that the stack's processes have used since they started. */
function readCpu(stack: Stack): Cpu {
  const pairs = [...stack.producers, ...stack.bffs];
  const sumOver = (...processes: readonly { pid: number }[]) =>
    processes.reduce((sum, { pid }) => sum + usageOf(pid).cpuSeconds, 0);
  const groups = {
    applications: sumOver(...pairs.map(({ app }) => app)),
    sidecars: sumOver(...pairs.map(({ sidecar }) => sidecar)),
    scheduler: sumOver(stack.scheduler),
    redis: sumOver(stack.redis),
  };
  return { ...groups, all: groups.applications + groups.sidecars + groups.scheduler + groups.redis };
}

/**
 * Returns the CPU seconds that the stack uses per second when nothing is published. Polls the metrics as often as a
 * round does, so that the cost of polling is included.
 */
async function idleCpu(stack: Stack): Promise<Cpu> {
  const before = readCpu(stack);
  const end = performance.now() + IDLE_SECONDS * 1000;
  while (performance.now() < end) {
    await sumOf(stack, 'tocsin_bff_publications_total');
    await delay(POLL_MS);
  }
  const after = readCpu(stack);
  return cpuOf((group) => (after[group] - before[group]) / IDLE_SECONDS);
}

const sumOf = async (stack: Stack, metric: string): Promise<number> =>
  (await Promise.all(stack.bffs.map(({ url }) => readMetric(`${url}/metrics`, metric)))).reduce(
    (sum, value) => sum + value,
    0,
  );

async function untilMetricReaches(stack: Stack, metric: string, goal: number): Promise<void> {
  const fault = await pollUntil(async () => (await sumOf(stack, metric)) >= goal, {
    timeoutMs: 60_000,
    everyMs: POLL_MS,
  });
  if (fault) throw new Failure(`${metric} did not reach ${goal}: ${fault}`);
}

async function runRound(
  stack: Stack,
  { kind, count, readers }: { kind: Kind; count: number; readers: number },
  idle: Cpu,
): Promise<AwayFigures> {
  const url = `${stack.producers[0]?.url}/notifications`;
  const published = await sumOf(stack, 'tocsin_bff_publications_total');
  const finished = await sumOf(stack, 'tocsin_bff_fallbacks_total');
  const body = (n: number) => ({
    feed: `user:r${n % readers}`,
    title: 'n',
    body: 'x'.repeat(200),
    ...FALLBACKS[kind],
  });
  const lanes = await Promise.all(Array.from({ length: LANES }, () => HttpLane.open(url)));
  try {
    const before = readCpu(stack);
    const started = performance.now();
    let next = 0;
    await Promise.all(
      lanes.map(async (lane) => {
        while (next < count) {
          const { status, body: responseBody } = await lane.send(
            postRequest(url, JSON.stringify(body(next++))),
          );
          if (status !== 202) throw new Failure(`The producer returned ${status}: ${responseBody}`);
        }
      }),
    );
    await untilMetricReaches(stack, 'tocsin_bff_publications_total', published + count);
    const publishedAt = performance.now();
    if (kind === 'due') await untilMetricReaches(stack, 'tocsin_bff_fallbacks_total', finished + count);
    const seconds = (performance.now() - started) / 1000;
    const after = readCpu(stack);
    return {
      cpu: cpuOf((group) => ((after[group] - before[group] - idle[group] * seconds) / count) * 1e6),
      rate: count / ((publishedAt - started) / 1000),
    };
  } finally {
    for (const lane of lanes) lane.close();
  }
}

function report(
  figures: Record<Kind, AwayFigures>,
  { rounds, count, readers }: Omit<AwayOptions, 'signal'>,
): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const { without } = figures;
  const ratio = (value: number, base: number) => `×${(value / base).toFixed(2)}`;
  say(
    `\nSingle notifications, ${LANES} in flight, to ${readers} readers on 2 bffs; medians of ${rounds} interleaved rounds with ${count} of each kind`,
  );
  for (const kind of KINDS) {
    const { cpu, rate } = figures[kind];
    const parts = (['applications', 'sidecars', 'scheduler', 'redis'] as const).map(
      (group) => `${group} ${cpu[group].toFixed(0)}`,
    );
    say(
      `  ${LABELS[kind].padEnd(46)} CPU ${cpu.all.toFixed(0).padStart(5)} µs ${ratio(cpu.all, without.cpu.all)}   ` +
        `${rate.toFixed(0).padStart(5)}/s ${ratio(rate, without.rate)}   ${parts.join(', ')} µs`,
    );
  }
}
