import { costAt, type Constants } from './constants.ts';
import type { Load } from './load.ts';
import { partitionUse, planOf, ALL_REDIS_ROLES, type Plan } from './plan.ts';

export interface Limit {
  name: string;
  /** Utilization. 1 means a whole core, all the memory of a pod or Redis server, or a partition's maximum rate. */
  used: number;
  /**
   * The rate (notifications per second) where the resource reaches the target, all else being equal. 0 if it already
   * exceeds the target without notifications.
   */
  rate: number;
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
    name: 'a single Redis for everything (its main thread)',
    remedy: 'separate Redis servers for the broadcaster, entries, announcements and state',
    used: ({ cores }) => cores.redis + cores.broadcast,
  },
  {
    name: 'the Redis for state only',
    remedy: 'several complete systems that divide the feeds',
    used: ({ redis }) => redis.state.cores,
  },
  {
    name: 'the Redis for announcements only',
    remedy: 'several complete systems that divide the feeds; publishing in arrays',
    used: ({ redis }) => redis.announcements.cores,
  },
  {
    name: 'the Redis for the broadcaster only',
    remedy: 'fewer and larger bffs; sharded pub/sub; a feed-to-instance map; Azure Web PubSub',
    used: ({ redis }) => redis.broadcast.cores,
  },
  {
    name: "a bff's process, with its share of the partitions",
    remedy: 'more partitions, then more bffs, until each is fully used just by receiving all events',
    used: ({ busiestBff }) => busiestBff,
  },
  {
    name: "a bff's process, for receiving events only",
    remedy:
      'more bffs do not help: publishing in arrays, sharded pub/sub, a feed-to-instance map, Azure Web PubSub',
    used: ({ load, flow }, { cpu }) =>
      (flow.entries * (costAt(cpu.hear, flow.entries).bff ?? 0) +
        (flow.events - flow.entries) * (cpu.hearFeed.bff ?? 0) +
        (load.rate - flow.events) * (cpu.hearFurther.bff ?? 0)) /
      MICRO,
  },
  {
    name: "a bff's memory",
    remedy: 'more memory, more bffs, or a proxy that routes connections by feed',
    used: ({ load, memory }) => memory.bff / (load.bffGib * GIB),
  },
  {
    name: 'the memory of a single Redis for everything',
    remedy: 'publishing in arrays, a shorter history, more memory, or a Redis for each component',
    used: ({ load, redis }) =>
      ALL_REDIS_ROLES.reduce((sum, role) => sum + redis[role].bytes, 0) / (load.redisGib * GIB),
  },
  {
    name: 'one partition (its turns run one after another)',
    remedy: 'more partitions; publishing in arrays',
    used: (plan, constants) => partitionUse(plan, constants),
  },
];

const MAX_RATE = 1e9;

/** Returns the rate at which `used` reaches `target`: 0 if `used` always exceeds it, `undefined` if it never does. */
function rateAt(used: (rate: number) => number, target: number): number | undefined {
  if (used(0) > target) return 0;
  if (used(MAX_RATE) <= target) return undefined;
  let [low, high] = [0, MAX_RATE];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (used(middle) > target) high = middle;
    else low = middle;
  }
  return low;
}

/** Returns the limits in the order in which they are reached. */
export function limitsOf(plan: Plan, constants: Constants): Limit[] {
  // Vary only the rate. The numbers of pods and partitions stay fixed.
  const { instances, producers, partitions } = plan;
  const size = { instances, producers, partitions };
  const at = (rate: number) => planOf({ ...plan.load, rate, ...size }, constants) as Plan;
  const { target } = plan.load satisfies Load;
  return RESOURCES.flatMap(({ name, remedy, used }) => {
    const rate = rateAt((candidate) => used(at(candidate), constants), target);
    return rate === undefined ? [] : [{ name, remedy, rate, used: used(plan, constants) }];
  }).sort((a, b) => a.rate - b.rate);
}
