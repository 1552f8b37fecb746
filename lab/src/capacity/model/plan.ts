import {
  add,
  costAt,
  entryCost,
  KINDS,
  REDIS_ROLES,
  times,
  type Constants,
  type Cost,
  type Kind,
} from './constants.ts';
import { flowOf, type Flow, type Load } from './load.ts';

/** Limits of `contracts/` and `bff/` that no setting changes. */
const ANNOUNCEMENT_HOURS = 24;
const ID_HOURS = 25;
const REPLACED_SECONDS = 120;
const IDS_MAX = 100_000;
const HISTORY_BYTES = 16 * 2 ** 20;
const RING = { publications: 1_000, bytes: 2 ** 20 };
const BROADCAST_EVENTS = 2_000;
const POSITION_SECONDS = 8;
/** The default of `MAX_CONNECTIONS`. An instance rejects more connections. */
const CONNECTIONS_PER_BFF = 10_000;
const LEAST_PODS = 2;
const MOST_INSTANCES = 100_000;
const MICRO = 1e6;

export type Shard = (typeof REDIS_ROLES)[number] | 'broadcast';
export const SHARDS: readonly Shard[] = [...REDIS_ROLES, 'broadcast'];

/** One contribution to the total CPU time: something that happens `perSecond` times a second, at `cost` each. */
export interface Term {
  name: string;
  perSecond: number;
  cost: Cost;
}

export interface ShardNeed {
  cores: number;
  bytes: number;
  /** The number of Redis servers needed to keep each of them below the target. */
  count: number;
}

export interface Plan {
  load: Load;
  flow: Flow;
  instances: number;
  producers: number;
  terms: Term[];
  /** The number of cores that all pods of each kind use. */
  cores: Record<Kind, number>;
  /** Memory of one process, in bytes. */
  memory: Record<Exclude<Kind, 'redis' | 'broadcast'>, number>;
  redis: Record<Shard, ShardNeed>;
  /** Bytes a second. */
  bandwidth: { toBrowsers: number; fromBroadcaster: number };
  /** The number of publications and ids that a feed stores, and of publications in a view's ring. */
  kept: { history: number; ids: number; ring: number };
}

/** A measured size, adjusted from the payload of the measurement to that of the load, in bytes. */
const larger = (load: Load, constants: Constants, measured: number): number =>
  Math.max(1, measured + load.payload - constants.range.payload);

function keptOf(load: Load, constants: Constants): Plan['kept'] {
  const perHour = (load.rate / load.feeds) * 3600;
  const bytes = larger(load, constants, constants.stored.publication);
  const history = Math.min(load.history, perHour * load.historyHours, HISTORY_BYTES / bytes);
  return {
    history,
    ids: Math.min(IDS_MAX, perHour * Math.min(load.historyHours, ID_HOURS) * (ID_HOURS / 24)),
    ring: Math.min(RING.publications, RING.bytes / bytes, history),
  };
}

function termsOf(load: Load, flow: Flow, { cpu }: Constants, pods: { instances: number; producers: number }) {
  const { instances, producers } = pods;
  const further = load.rate - flow.entries;
  const { producer, producerSidecar, bff, bffSidecar, redis, broadcast } = cpu.idleSecond;
  const idle = add(
    times({ producer: producer ?? 0, producerSidecar: producerSidecar ?? 0 }, producers),
    times({ bff: bff ?? 0, bffSidecar: bffSidecar ?? 0 }, instances),
    { redis: redis ?? 0, broadcast: broadcast ?? 0 },
  );
  const terms: Term[] = [
    { name: 'idle processes', perSecond: 1, cost: idle },
    { name: 'entries, POST to broadcast', perSecond: flow.entries, cost: entryCost(cpu, flow.entries, pods) },
    { name: 'additional notifications per entry', perSecond: further, cost: cpu.furtherNotification },
    {
      name: 'turns on a different instance',
      perSecond: (flow.entries * (instances - 1)) / instances,
      cost: cpu.remoteTurn,
    },
    { name: 're-announcements of quiet feeds', perSecond: flow.reannouncements, cost: cpu.ring },
    {
      name: 'events received by every bff',
      perSecond: flow.entries * instances,
      cost: costAt(cpu.hear, flow.entries),
    },
    { name: 'additional publications per event', perSecond: further * instances, cost: cpu.hearFurther },
    {
      name: 'events of watched feeds',
      perSecond: load.rate * flow.watchingInstances,
      cost: cpu.show,
    },
    { name: 'events written to sockets', perSecond: flow.pushes, cost: cpu.push },
    { name: 'connects with subscribe', perSecond: flow.connects, cost: cpu.connect },
    { name: 'newly watched feeds', perSecond: flow.newViews, cost: cpu.newView },
    {
      name: 'idle subscriptions (pings, positions)',
      perSecond: flow.subscriptions,
      cost: cpu.connectionSecond,
    },
    { name: 'comparisons with heads', perSecond: flow.comparisons, cost: cpu.comparison },
  ];
  return terms.filter(({ perSecond }) => perSecond > 0);
}

function memoryOf(load: Load, flow: Flow, { memory, ...constants }: Constants, plan: Omit<Plan, 'memory'>) {
  const publication = larger(load, { memory, ...constants }, memory.ringPublication);
  const bff =
    memory.process.bff +
    (load.connections * memory.connection + flow.views * (memory.view + plan.kept.ring * publication)) /
      plan.instances;
  return { ...memory.process, bff };
}

function redisOf(load: Load, flow: Flow, constants: Constants, terms: readonly Term[], kept: Plan['kept']) {
  const { stored, redisShares } = constants;
  const coresOf = (name: 'redis' | 'broadcast', when: (term: Term) => boolean) =>
    terms.filter(when).reduce((sum, { perSecond, cost }) => sum + (perSecond * (cost[name] ?? 0)) / MICRO, 0);
  // Comparisons and newly watched feeds only read state. All components share the other costs.
  const isRead = ({ name }: Term) => name === 'comparisons with heads' || name === 'newly watched feeds';
  const [reads, rest] = [coresOf('redis', isRead), coresOf('redis', (term) => !isRead(term))];
  const publication = larger(load, constants, stored.publication);
  const event = larger(load, constants, stored.broadcastPublication);
  const bytes: Record<Shard, number> = {
    // An entry is popped within a second.
    entries: load.rate * publication,
    announcements:
      (flow.entries + flow.reannouncements) *
      Math.min(ANNOUNCEMENT_HOURS, load.historyHours) *
      3600 *
      stored.announcement,
    state:
      load.feeds * (stored.feed + kept.history * publication + kept.ids * stored.id) +
      flow.entries * Math.min(REPLACED_SECONDS, load.historyHours * 3600) * stored.replaced +
      load.readers * stored.reader,
    broadcast: BROADCAST_EVENTS * load.batch * event,
  };
  return Object.fromEntries(
    SHARDS.map((shard) => {
      const cores =
        shard === 'broadcast'
          ? coresOf('broadcast', () => true)
          : rest * redisShares[shard] + (shard === 'state' ? reads : 0);
      const all = bytes[shard] + stored.empty;
      const count = Math.max(
        1,
        Math.ceil(cores / load.target),
        Math.ceil(all / (load.target * load.redisGib * 2 ** 30)),
      );
      return [shard, { cores, bytes: all, count }];
    }),
  ) as Record<Shard, ShardNeed>;
}

/** The resources that a load needs with this many pods. */
function planFor(load: Load, constants: Constants, instances: number, producers: number): Plan {
  const flow = flowOf(load, instances);
  const terms = termsOf(load, flow, constants, { instances, producers });
  const cores = times(add(...terms.map(({ cost, perSecond }) => times(cost, perSecond))), 1 / MICRO);
  const kept = keptOf(load, constants);
  const { wire, stored } = constants;
  const plan = {
    load,
    flow,
    instances,
    producers,
    terms,
    cores,
    kept,
    redis: redisOf(load, flow, constants, terms, kept),
    bandwidth: {
      toBrowsers:
        load.rate * flow.watchersPerFeed * larger(load, constants, wire.push) +
        (flow.subscriptions / POSITION_SECONDS) * wire.position,
      fromBroadcaster: load.rate * instances * larger(load, constants, stored.broadcastPublication),
    },
  };
  return { ...plan, memory: memoryOf(load, flow, constants, plan) };
}

/** True if all bffs are below the target. */
const isEnough = ({ load, cores, memory, instances }: Plan): boolean =>
  cores.bff / instances <= load.target &&
  memory.bff <= load.target * load.bffGib * 2 ** 30 &&
  load.connections / instances <= CONNECTIONS_PER_BFF;

/**
 * The smallest number of instances for which `isFine` is true, but at least two; `undefined` if no number is enough.
 */
function fewest(isFine: (instances: number) => boolean): number | undefined {
  let high = 1;
  while (!isFine(high)) {
    if (high >= MOST_INSTANCES) return undefined;
    high *= 2;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isFine(middle)) high = middle;
    else low = middle;
  }
  return Math.max(high, LEAST_PODS);
}

/** Computes the resources that a load needs. `undefined` if no number of bffs keeps all of them below the target. */
export function planOf(load: Load, constants: Constants): Plan | undefined {
  const producersFor = (instances: number) =>
    load.producers ??
    Math.max(
      LEAST_PODS,
      Math.ceil(planFor(load, constants, instances, LEAST_PODS).cores.producer / load.target),
    );
  const planWith = (instances: number) => planFor(load, constants, instances, producersFor(instances));
  const instances = load.instances ?? fewest((count) => isEnough(planWith(count)));
  return instances === undefined ? undefined : planWith(instances);
}

export const totalCores = ({ cores }: Plan): number => KINDS.reduce((sum, kind) => sum + cores[kind], 0);

export const connectionsPerBff = ({ load, instances }: Plan): number => load.connections / instances;
export const MAX_CONNECTIONS_DEFAULT = CONNECTIONS_PER_BFF;
