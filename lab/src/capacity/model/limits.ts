import { costAt, type Constants } from './constants.ts';
import type { Load } from './load.ts';
import { planOf, SHARDS, type Plan } from './plan.ts';

/** A resource that a deployment has only once. */
export interface Limit {
  name: string;
  /** The share in use: 1 is one whole core, or the whole memory of a pod. */
  used: number;
  /** The notifications a second at which it reaches the target, all else equal; 0 if it exceeds the target without any. */
  rate: number;
  /** The remedy. */
  remedy: string;
}

interface Resource {
  name: string;
  remedy: string;
  used: (plan: Plan, constants: Constants) => number;
}

const MICRO = 1e6;
const GIB = 2 ** 30;

const RESOURCES: readonly Resource[] = [
  {
    name: 'one Redis for everything (its thread)',
    remedy: 'separate Redis servers for broadcaster, entries, announcements and state',
    used: ({ cores }) => cores.redis + cores.broadcast,
  },
  {
    name: 'the Redis of the state alone',
    remedy: 'several systems, feeds divided between them',
    used: ({ redis }) => redis.state.cores,
  },
  {
    name: 'the Redis of the announcements alone',
    remedy: 'several systems, feeds divided between them; arrays',
    used: ({ redis }) => redis.announcements.cores,
  },
  {
    name: 'the Redis of the broadcaster alone',
    remedy: 'fewer and larger bffs; sharded pub/sub; a feed-to-instance map; Azure',
    used: ({ redis }) => redis.broadcast.cores,
  },
  {
    name: 'the process of a bff',
    remedy: 'more bffs, until receiving all events fills each of them',
    used: ({ cores, instances }) => cores.bff / instances,
  },
  {
    name: 'the same, only for receiving all events',
    remedy: 'no number of bffs helps: arrays, sharded pub/sub, a feed-to-instance map, Azure',
    used: ({ load, flow }, { cpu }) =>
      (flow.entries * (costAt(cpu.hear, flow.entries).bff ?? 0) +
        (load.rate - flow.entries) * (cpu.hearFurther.bff ?? 0)) /
      MICRO,
  },
  {
    name: 'the memory of a bff',
    remedy: 'more memory, more bffs, or a proxy that routes connections by feed',
    used: ({ load, memory }) => memory.bff / (load.bffGib * GIB),
  },
  {
    name: 'the memory of one Redis for everything',
    remedy: 'arrays, a shorter history, more memory, or a Redis for each component',
    used: ({ load, redis }) =>
      SHARDS.reduce((sum, shard) => sum + redis[shard].bytes, 0) / (load.redisGib * GIB),
  },
  {
    name: 'one feed (its single writer)',
    remedy: 'more feeds; arrays',
    used: ({ load }, { feedRate }) =>
      load.rate / load.feeds / (load.batch >= 10 ? feedRate.arrays : feedRate.singles),
  },
];

const MOST = 1e9;

/** The rate at which `used` reaches `target`; 0 if it exceeds it at any rate, `undefined` if it never reaches it. */
function rateAt(used: (rate: number) => number, target: number): number | undefined {
  if (used(0) > target) return 0;
  if (used(MOST) <= target) return undefined;
  let [low, high] = [0, MOST];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (used(middle) > target) high = middle;
    else low = middle;
  }
  return low;
}

/** The limits, in the order in which they are reached. */
export function limitsOf(plan: Plan, constants: Constants): Limit[] {
  // The number of pods stays the same.
  const { instances, producers } = plan;
  const at = (rate: number) => planOf({ ...plan.load, rate, instances, producers }, constants) as Plan;
  const { target } = plan.load satisfies Load;
  return RESOURCES.flatMap(({ name, remedy, used }) => {
    const rate = rateAt((tried) => used(at(tried), constants), target);
    return rate === undefined ? [] : [{ name, remedy, rate, used: used(plan, constants) }];
  }).sort((one, other) => one.rate - other.rate);
}
