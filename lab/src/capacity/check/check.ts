import { setTimeout as delay } from 'node:timers/promises';
import { Numbers } from '../../bench/workloads/workload.ts';
import { withCrowd } from '../measure/crowd.ts';
import { onRig } from '../measure/measure.ts';
import { publish } from '../measure/publish.ts';
import { memoryOf, type Rig } from '../measure/rig.ts';
import { SIZES } from '../measure/sizes.ts';
import { usedMemory } from '../measure/stored.ts';
import { measured } from '../measure/window.ts';
import type { Constants } from '../model/constants.ts';
import { planOf, totalCores, type Plan } from '../model/plan.ts';
import { readCapacityOptions } from '../options.ts';
import { amount } from '../report.ts';
import type { CheckResult, Comparison } from './compare.ts';
import { CHECK_LOADS, type CheckLoad } from './loads.ts';

const WARM_SECONDS = 12;
const SECONDS = 15;
const MIB = 2 ** 20;

const textOf = ({ connections, rate, feeds, instances }: CheckLoad): string =>
  `${amount(connections)} connections, ${rate} notifications a second over ${feeds} feed(s), ${instances} bffs`;

/** The plan for a load that started with the warm-up, so feeds have no older history. */
function predict(load: CheckLoad, constants: Constants): Plan {
  const { load: defaults } = readCapacityOptions([]);
  const plan = planOf(
    {
      ...defaults,
      ...load,
      producers: 1,
      payload: constants.range.payload,
      historyHours: (WARM_SECONDS + SECONDS) / 3600,
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
      // Publish at random times, because real publishers are independent.
      feedOf: () => feedOf(Math.floor(Math.random() * load.feeds)),
      numbers,
      signal,
    });
  // Warm up first: a process that has just started uses more CPU than the constants predict.
  const { warmRate: rate, warmRequests: requests, feeds } = SIZES;
  await publish(rig, { rate, requests, payload, numbers, signal, feedOf: (n) => `topic:warm-${n % feeds}` });
  const redisBefore = await usedMemory(rig);
  return withCrowd(rig, { count: load.connections, feedOf }, async () => {
    await publishFor(WARM_SECONDS);
    const window = await measured(rig, 'check', () => publishFor(SECONDS));
    await delay(500);
    return {
      window,
      bff: memoryOf(rig, 'bff') / rig.instances,
      redis: (await usedMemory(rig)) - redisBefore,
    };
  });
}

function compare(
  plan: Plan,
  { window, bff, redis }: Awaited<ReturnType<typeof runLoad>>,
  constants: Constants,
) {
  const cores = (kinds: readonly (keyof typeof window.cpu)[]) =>
    kinds.reduce((sum, kind) => sum + window.cpu[kind], 0) / 1e6 / window.seconds;
  const predicted = (kinds: readonly (keyof typeof window.cpu)[]) =>
    kinds.reduce((sum, kind) => sum + plan.cores[kind], 0);
  const cpu = (name: string, kinds: readonly (keyof typeof window.cpu)[]): Comparison => ({
    name,
    unit: 'cores',
    predicted: predicted(kinds),
    measured: cores(kinds),
  });
  const stored = plan.redis.announcements.bytes + plan.redis.state.bytes - 2 * constants.stored.empty;
  return [
    {
      name: 'CPU in total',
      unit: 'cores',
      predicted: totalCores(plan),
      measured: cores(Object.keys(window.cpu) as never),
    },
    cpu('CPU of the bffs', ['bff']),
    cpu('CPU of their sidecars', ['bffSidecar']),
    cpu('CPU of producer and sidecar', ['producer', 'producerSidecar']),
    cpu('CPU of Redis', ['redis', 'broadcast']),
    { name: 'memory of a bff', unit: 'MiB', predicted: plan.memory.bff / MIB, measured: bff / MIB },
    { name: 'growth of Redis', unit: 'MiB', predicted: stored / MIB, measured: redis / MIB },
  ] satisfies Comparison[];
}

/** Runs each load on its own stack. @throws Failure if a message is not published */
export async function runCheck(
  constants: Constants,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<CheckResult> {
  const result: CheckResult = { startedAt: new Date().toISOString(), loads: [] };
  for (const load of CHECK_LOADS) {
    say(textOf(load));
    const run = await onRig(load.instances, signal, (rig) =>
      runLoad(rig, load, constants.range.payload, signal),
    );
    const comparisons = compare(predict(load, constants), run, constants);
    result.loads.push({ load: textOf(load), comparisons });
  }
  return result;
}
