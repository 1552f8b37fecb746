import { add, KINDS, REDIS_ROLES, times, type Constants, type Kind } from './constants.ts';
import { flowOf, type Flow, type Load, type Size } from './load.ts';
import { busiestBffOf, termsOf, turnsOf, type Term } from './terms.ts';

// The following constants repeat limits in `contracts/` and `bff/`, and defaults of settings.
/**
 * Time an announcement stays in the stream (s). The bffs remove acknowledged announcements every 2 s
 * (`bff/src/redis/stream-keeper.ts`).
 */
const ANNOUNCEMENT_SECONDS = 3;
/** A feed remembers ids this long, or as long as its history if that is longer. */
const ID_HOURS = 25;
const REPLACED_SECONDS = 120;
const IDS_MAX = 100_000;
const HISTORY_BYTES = 16 * 2 ** 20;
/** Smaller documents aren't compressed (`service/src/dapr/compression.ts`). */
const UNCOMPRESSED_BYTES = 4 * 1024;
const RING = { publications: 1_000, bytes: 2 ** 20 };
/** The default for `FEEDS_BYTES`, the maximum total size of a bff's rings as JSON. */
const FEEDS_BYTES = 32 * 2 ** 20;
/** The limits of the broadcaster's stream. `bytes` is the default for `BROADCAST_BYTES`. */
const BROADCAST = { messages: 2_000, seconds: 30, bytes: 16 * 2 ** 20 };
/** Time between two `position` events for a subscription (s). */
const POSITION_SECONDS = 8;
/** The default for `MAX_CONNECTIONS`. Instances reject any more connections. */
const CONNECTIONS_PER_BFF = 10_000;
const MIN_PODS = 2;
const MIN_PARTITIONS = 2;
const MAX_PARTITIONS = 64;
const MAX_INSTANCES = 100_000;
const MICRO = 1e6;

/** Dapr's components and the broadcaster. Each can have a Redis server of its own. */
export type AnyRedisRole = (typeof REDIS_ROLES)[number] | 'broadcast';
export const ALL_REDIS_ROLES: readonly AnyRedisRole[] = [...REDIS_ROLES, 'broadcast'];

export interface RedisNeed {
  cores: number;
  bytes: number;
  /** Number of Redis servers needed to keep each server below the target. */
  count: number;
}

export interface Plan {
  load: Load;
  flow: Flow;
  instances: number;
  producers: number;
  partitions: number;
  terms: Term[];
  /** Total cores used by processes of each kind. */
  cores: Record<Kind, number>;
  /** Cores used by the busiest bff, which hosts the most partitions and runs turns for them. */
  busiestBff: number;
  /** Memory per process (bytes). */
  memory: Record<Exclude<Kind, 'redis' | 'broadcast'>, number>;
  redis: Record<AnyRedisRole, RedisNeed>;
  /** Bytes a second. */
  bandwidth: { toBrowsers: number; fromBroadcaster: number };
  /** Number of publications and ids stored per feed, and of publications in a view's ring. */
  kept: { history: number; ids: number; ring: number };
}

/** Adjusts a measured size (bytes) from the payload of the measurement to the payload of the load. */
const adjustedToPayload = (load: Load, constants: Constants, measured: number): number =>
  Math.max(1, measured + load.payload - constants.range.payload);

function storedCountsOf(load: Load, constants: Constants): Plan['kept'] {
  const perHour = (load.rate / load.feeds) * 3600;
  const bytes = adjustedToPayload(load, constants, constants.stored.publication);
  const keptIn = (hours: number) => perHour * Math.min(hours, load.hoursSinceStart ?? hours);
  const history = Math.min(load.history, keptIn(load.historyHours), HISTORY_BYTES / bytes);
  return {
    history,
    ids: Math.min(IDS_MAX, keptIn(Math.max(load.historyHours, ID_HOURS))),
    ring: Math.min(RING.publications, RING.bytes / bytes, history),
  };
}

function memoryOf(load: Load, flow: Flow, { memory, ...constants }: Constants, plan: Omit<Plan, 'memory'>) {
  const all = { memory, ...constants };
  const inMemory = adjustedToPayload(load, all, memory.ringPublication);
  const json = adjustedToPayload(load, all, constants.stored.publication);
  const views = flow.views / plan.instances;
  const publications = Math.min(views * plan.kept.ring, FEEDS_BYTES / json);
  const bff =
    memory.process.bff +
    (load.connections * memory.connection) / plan.instances +
    views * memory.view +
    publications * inMemory;
  return { ...memory.process, bff };
}

/** Returns the size of a feed's history in Redis (bytes). The newest documents are too small to be compressed. */
function historyBytes(load: Load, { stored }: Constants, json: number): number {
  if (!load.compressedHistory) return json;
  const plain = Math.min(json, UNCOMPRESSED_BYTES);
  return plain + (json - plain) * stored.compressedShare;
}

function redisOf(load: Load, flow: Flow, constants: Constants, terms: readonly Term[], kept: Plan['kept']) {
  const { stored, redisShares } = constants;
  const coresOf = (name: 'redis' | 'broadcast', when: (term: Term) => boolean) =>
    terms.filter(when).reduce((sum, { perSecond, cost }) => sum + (perSecond * (cost[name] ?? 0)) / MICRO, 0);
  // Comparisons and newly watched feeds only read state. All components share the remaining costs.
  const isRead = ({ name }: Term) => name === 'comparisons with heads' || name === 'newly watched feeds';
  const [reads, rest] = [coresOf('redis', isRead), coresOf('redis', (term) => !isRead(term))];
  const publication = adjustedToPayload(load, constants, stored.publication);
  const event = adjustedToPayload(load, constants, stored.broadcastPublication);
  const bytes: Record<AnyRedisRole, number> = {
    // An entry is popped within a second.
    entries: load.rate * publication,
    announcements: flow.entries * ANNOUNCEMENT_SECONDS * stored.announcement,
    state:
      load.feeds *
        (stored.feed + historyBytes(load, constants, kept.history * publication) + kept.ids * stored.id) +
      flow.events * Math.min(REPLACED_SECONDS, (load.hoursSinceStart ?? Infinity) * 3600) * stored.replaced +
      load.readers * stored.reader,
    broadcast: Math.min(
      BROADCAST.bytes,
      Math.min(BROADCAST.messages, flow.entries * BROADCAST.seconds) *
        (load.rate / Math.max(flow.entries, 1e-9)) *
        event,
    ),
  };
  return Object.fromEntries(
    ALL_REDIS_ROLES.map((role) => {
      const cores =
        role === 'broadcast'
          ? coresOf('broadcast', () => true)
          : rest * redisShares[role] + (role === 'state' ? reads : 0);
      const all = bytes[role] + stored.empty;
      const count = Math.max(
        1,
        Math.ceil(cores / load.target),
        Math.ceil(all / (load.target * load.redisGib * 2 ** 30)),
      );
      return [role, { cores, bytes: all, count }];
    }),
  ) as Record<AnyRedisRole, RedisNeed>;
}

/** Computes the resources that a load needs at this size. */
function planFor(load: Load, constants: Constants, size: Size): Plan {
  const { instances } = size;
  const flow = flowOf(load, size, constants.laneMs);
  const terms = termsOf(load, flow, constants, size);
  const cores = times(add(...terms.map(({ cost, perSecond }) => times(cost, perSecond))), 1 / MICRO);
  const kept = storedCountsOf(load, constants);
  const { wire, stored } = constants;
  const plan = {
    load,
    flow,
    ...size,
    terms,
    cores,
    // A partition without a feed has no turns.
    busiestBff: busiestBffOf(terms, cores.bff, {
      ...size,
      partitions: Math.min(size.partitions, load.feeds),
    }),
    kept,
    redis: redisOf(load, flow, constants, terms, kept),
    bandwidth: {
      toBrowsers:
        load.rate * flow.watchersPerFeed * adjustedToPayload(load, constants, wire.push) +
        (flow.subscriptions / POSITION_SECONDS) * wire.position,
      fromBroadcaster:
        load.rate * instances * adjustedToPayload(load, constants, stored.broadcastPublication),
    },
  };
  return { ...plan, memory: memoryOf(load, flow, constants, plan) };
}

/**
 * True if the average bff is below the target. The busiest bff can be above the target. More partitions relieve that
 * bff, but more bffs don't.
 */
const hasEnoughBffs = ({ load, cores, memory, instances }: Plan): boolean =>
  cores.bff / instances <= load.target &&
  memory.bff <= load.target * load.bffGib * 2 ** 30 &&
  load.connections / instances <= CONNECTIONS_PER_BFF;

/** Returns the smallest instance count of at least two that `isEnough` accepts. `undefined` if no count is enough. */
function fewest(isEnough: (instances: number) => boolean): number | undefined {
  let high = 1;
  while (!isEnough(high)) {
    if (high >= MAX_INSTANCES) return undefined;
    high *= 2;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return Math.max(high, MIN_PODS);
}

/** Computes the resources that a load needs. `undefined` if no number of bffs would keep them all below the target. */
export function planOf(load: Load, constants: Constants): Plan | undefined {
  const planAt = (instances: number, partitions: number): Plan => {
    const planWith = (producers: number) => planFor(load, constants, { instances, producers, partitions });
    const hasEnoughProducers = ({ cores, producers }: Plan) => cores.producer / producers <= load.target;
    if (load.producers !== undefined) return planWith(load.producers);
    // More producers have more lanes, and therefore more entries.
    return planWith(fewest((count) => hasEnoughProducers(planWith(count))) ?? MAX_INSTANCES);
  };
  const planWith = (instances: number): Plan => {
    if (load.partitions !== undefined) return planAt(instances, load.partitions);
    for (let partitions = MIN_PARTITIONS; ; partitions++) {
      const plan = planAt(instances, partitions);
      if (partitions === MAX_PARTITIONS || hasEnoughPartitions(plan, constants)) return plan;
    }
  };
  const instances = load.instances ?? fewest((count) => hasEnoughBffs(planWith(count)));
  return instances === undefined ? undefined : planWith(instances);
}

/** Returns a partition's rate as a share of the rate that it can handle. */
export const partitionUse = (
  { load, partitions }: Pick<Plan, 'load' | 'partitions'>,
  { rates }: Constants,
): number => {
  const single = load.feeds === 1 ? rates.singles : rates.partition;
  return load.rate / Math.min(partitions, load.feeds) / (load.batch >= 10 ? rates.arrays : single);
};

/** True if partitions and their turns stay below the target, or if more partitions would not help. */
const hasEnoughPartitions = (plan: Plan, constants: Constants): boolean =>
  plan.partitions >= plan.load.feeds ||
  (partitionUse(plan, constants) <= plan.load.target &&
    turnsOf(plan.terms, plan.partitions) <= plan.load.target);

export const totalCores = ({ cores }: Plan): number => KINDS.reduce((sum, kind) => sum + cores[kind], 0);

export const connectionsPerBff = ({ load, instances }: Plan): number => load.connections / instances;
export const MAX_CONNECTIONS_DEFAULT = CONNECTIONS_PER_BFF;
