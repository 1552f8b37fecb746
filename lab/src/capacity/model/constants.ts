/** Who uses CPU: each kind is a process of its own, `redis` all that Dapr's components use, `broadcast` the rest. */
export const KINDS = ['producer', 'producerSidecar', 'bff', 'bffSidecar', 'redis', 'broadcast'] as const;
export type Kind = (typeof KINDS)[number];

/** CPU time in µs by who used it; a kind that is absent used none. */
export type Cost = Partial<Record<Kind, number>>;

/** A cost that falls as more comes at once: a process that is woken does all that waits. */
export interface AtRate {
  rate: number;
  cost: Cost;
}

/** What Redis keeps for each component. */
export const REDIS_ROLES = ['entries', 'announcements', 'state'] as const;
export type RedisRole = (typeof REDIS_ROLES)[number];

/** What `npm run capacity -- --measure` found. All costs are CPU µs, all sizes bytes. */
export interface Constants {
  v: 1;
  /** Under what it was measured. */
  conditions: {
    startedAt: string;
    seconds: number;
    cpu: string;
    cores: number;
    memoryGiB: number;
    system: string;
    node: string;
    redis: string;
    dapr: string;
    load: [number, number];
    /** Cores that processes outside of the measurement used meanwhile, the median. */
    others: number;
  };
  /** The largest sizes that were measured; what lies beyond is extrapolated. */
  range: {
    connections: number;
    rate: number;
    feeds: number;
    instances: number;
    payload: number;
    batch: number;
    /** Events a second that an instance read from the broadcaster. */
    heard: number;
  };
  cpu: {
    /** A second of a process that nobody asks anything. */
    idleSecond: Cost;
    /**
     * An entry with one notification from its POST to the broadcast, without those who hear it; by entries a second
     * of one producer, two bffs and one Redis, ascending.
     */
    entry: AtRate[];
    /** Each further notification in an entry. */
    furtherNotification: Cost;
    /** A turn whose feed lives on another instance than the one that received the announcement. */
    remoteTurn: Cost;
    /** A last number that is announced once more. */
    ring: Cost;
    /** An event read by one instance where nobody watches the feed; by events a second, ascending. */
    hear: AtRate[];
    /** Each further publication in such an event. */
    hearFurther: Cost;
    /** What an event costs more on an instance where somebody watches. */
    show: Cost;
    /** An event written to one socket. */
    push: Cost;
    /** A connection that begins and subscribes to a feed that the instance watches. */
    connect: Cost;
    /** What the first subscription to a feed costs more. */
    newView: Cost;
    /** A second of an idle connection: pings and positions of one feed. */
    connectionSecond: Cost;
    /** A view that is compared with its head. */
    comparison: Cost;
  };
  memory: {
    /** A process that was warmed up, by its kind. */
    process: Record<Exclude<Kind, 'redis' | 'broadcast'>, number>;
    connection: number;
    /** A watched feed without its publications. */
    view: number;
    /** A publication in a view's ring. */
    ringPublication: number;
  };
  /** What Redis keeps. */
  stored: {
    announcement: number;
    /** A feed's head and what else it has once. */
    feed: number;
    /** A publication in a feed's history. */
    publication: number;
    /** A remembered id. */
    id: number;
    /** A publication in the broadcaster's stream. */
    broadcastPublication: number;
    /** What one reader has read. */
    reader: number;
    /** What an entry leaves behind when later ones take its place, until it is deleted. */
    replaced: number;
    /** A Redis that keeps nothing. */
    empty: number;
  };
  wire: {
    /** A `publications` event of one publication, as a client gets it. */
    push: number;
    /** A `position` event. */
    position: number;
  };
  /** How the execution time of Redis is shared by the components. */
  redisShares: Record<RedisRole, number>;
  /** Notifications a second that one feed took, all else idle. */
  feedRate: { singles: number; arrays: number };
}

export const add = (...costs: readonly Cost[]): Record<Kind, number> =>
  Object.fromEntries(
    KINDS.map((kind) => [kind, costs.reduce((sum, cost) => sum + (cost[kind] ?? 0), 0)]),
  ) as Record<Kind, number>;

export const times = (cost: Cost, count: number): Record<Kind, number> =>
  Object.fromEntries(KINDS.map((kind) => [kind, (cost[kind] ?? 0) * count])) as Record<Kind, number>;

/**
 * The cost at a rate: between two measured rates in proportion to their logarithms, beyond them as at the nearest.
 */
export function costAt(points: readonly AtRate[], rate: number): Cost {
  const above = points.findIndex((point) => point.rate >= rate);
  const [low, high] = [points[above - 1], points[above]];
  if (!high) return points.at(-1)?.cost ?? {};
  if (!low) return high.cost;
  const share = Math.log(rate / low.rate) / Math.log(high.rate / low.rate);
  return add(times(low.cost, 1 - share), times(high.cost, share));
}

/** Bffs among which the entries were shared when `entry` was measured. */
export const MEASURED_BFFS = 2;

/** What an entry costs each kind when so many of them come a second: each by what comes to one of its processes. */
export function entryCost(
  { entry }: Pick<Constants['cpu'], 'entry'>,
  entries: number,
  pods: { instances: number; producers: number },
): Cost {
  const rateOf = (kind: Kind): number => {
    if (kind.startsWith('producer')) return entries / pods.producers;
    return kind.startsWith('bff') ? (MEASURED_BFFS * entries) / pods.instances : entries;
  };
  return Object.fromEntries(KINDS.map((kind) => [kind, costAt(entry, rateOf(kind))[kind] ?? 0]));
}
