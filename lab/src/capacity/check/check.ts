import { setTimeout as delay } from 'node:timers/promises';
import { Numbers } from '../../bench/workloads/workload.ts';
import { withCrowd } from '../measure/crowd.ts';
import { onRig } from '../measure/measure.ts';
import { publish } from '../measure/publish.ts';
import { memoryOf, type Rig } from '../measure/rig.ts';
import { SIZES } from '../measure/sizes.ts';
import { usedMemory } from '../measure/stored.ts';
import { measureWindow } from '../measure/window.ts';
import { KINDS, type Constants, type Kind } from '../model/constants.ts';
import { planOf, type Plan } from '../model/plan.ts';
import { readCapacityOptions } from '../options.ts';
import { amount } from '../report.ts';
import type { CheckResult, Comparison } from './compare.ts';
import { CHECK_LOADS, type CheckLoad } from './loads.ts';

const WARM_UP_SECONDS = 12;
const MEASURED_SECONDS = 15;
const MIB = 2 ** 20;

const textOf = ({ connections, rate, feeds, instances, entryIntervalMs }: CheckLoad): string =>
  `${amount(connections)} connections, ${rate} notifications a second over ${amount(feeds)} feed(s), ${instances} bffs` +
  (entryIntervalMs === 0 ? '' : `, ENTRY_INTERVAL_MS=${entryIntervalMs}`);

/** Returns the plan for a checked load. Feeds have no history before the warm-up. */
function predict(load: CheckLoad, constants: Constants): Plan {
  const { load: defaults } = readCapacityOptions([]);
  const plan = planOf(
    {
      ...defaults,
      ...load,
      producers: 1,
      partitions: 2,
      payload: constants.range.payload,
      hoursSinceStart: (WARM_UP_SECONDS + MEASURED_SECONDS) / 3600,
      // No connection opens or closes during the measurement.
      sessionMinutes: Number.POSITIVE_INFINITY,
    },
    constants,
  );
  if (!plan) throw new Error('There is no plan for this load and this number of instances.');
  return plan;
}

async function runLoad(rig: Rig, load: CheckLoad, payload: number, signal: AbortSignal) {
  const feedOf = (client: number) => `topic:check-${client % load.feeds}`;
  const numbers = new Numbers();
  const publishFor = (seconds: number) =>
    publish(rig, {
      rate: load.rate / load.batch,
      requests: Math.round((load.rate / load.batch) * seconds),
      size: load.batch,
      payload,
      // Pick feeds at random, since real publishers are independent.
      feedOf: () => feedOf(Math.floor(Math.random() * load.feeds)),
      numbers,
      signal,
    });
  // Warm up first: a process that has just started uses more CPU than the constants predict.
  const { warmRate: rate, warmRequests: requests, feeds } = SIZES;
  await publish(rig, { rate, requests, payload, numbers, signal, feedOf: (n) => `topic:warm-${n % feeds}` });
  const redisBefore = await usedMemory(rig);
  return withCrowd(rig, { count: load.connections, feedOf }, async () => {
    await publishFor(WARM_UP_SECONDS);
    const window = await measureWindow(rig, 'check', () => publishFor(MEASURED_SECONDS));
    await delay(500);
    return {
      window,
      bff: memoryOf(rig, 'bff') / rig.instances,
      redis: (await usedMemory(rig)) - redisBefore,
    };
  });
}

export function predictionsOf(load: CheckLoad, constants: Constants): Omit<Comparison, 'measured'>[] {
  const plan = predict(load, constants);
  const cores = (name: string, kinds: readonly Kind[]) => ({
    name,
    unit: 'cores',
    predicted: kinds.reduce((sum, kind) => sum + plan.cores[kind], 0),
  });
  const stored = plan.redis.announcements.bytes + plan.redis.state.bytes - 2 * constants.stored.empty;
  return [
    ...Object.entries(CPU).map(([name, kinds]) => cores(name, kinds)),
    { name: 'memory of a bff', unit: 'MiB', predicted: plan.memory.bff / MIB },
    { name: 'growth of Redis', unit: 'MiB', predicted: stored / MIB },
  ];
}

const CPU: Record<string, readonly Kind[]> = {
  'CPU in total': KINDS,
  'CPU of the bffs': ['bff'],
  'CPU of their sidecars': ['bffSidecar'],
  'CPU of producer and sidecar': ['producer', 'producerSidecar'],
  'CPU of Redis': ['redis', 'broadcast'],
};

function compare(
  predictions: readonly Omit<Comparison, 'measured'>[],
  { window, bff, redis }: Awaited<ReturnType<typeof runLoad>>,
): Comparison[] {
  const cores = (kinds: readonly Kind[]) =>
    kinds.reduce((sum, kind) => sum + window.cpu[kind], 0) / 1e6 / window.seconds;
  const measured = [...Object.values(CPU).map(cores), bff / MIB, redis / MIB];
  return predictions.map((prediction, index) => ({ ...prediction, measured: measured[index] ?? Number.NaN }));
}

/** Runs each load on a new stack. @throws Failure if a message isn't published */
export async function runCheck(
  constants: Constants,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<CheckResult> {
  const result: CheckResult = { startedAt: new Date().toISOString(), loads: [] };
  for (const load of CHECK_LOADS) {
    say(textOf(load));
    const run = await onRig(
      load.instances,
      signal,
      (rig) => runLoad(rig, load, constants.range.payload, signal),
      { producerEnv: { ENTRY_INTERVAL_MS: String(load.entryIntervalMs) } },
    );
    const comparisons = compare(predictionsOf(load, constants), run);
    result.loads.push({ load: textOf(load), comparisons });
  }
  return result;
}
