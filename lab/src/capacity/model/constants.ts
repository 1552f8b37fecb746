/**
 * The kinds of processes that use CPU. `redis` is the Redis server of Dapr's components, and `broadcast` is the
 * broadcaster's.
 */
export const KINDS = ['producer', 'producerSidecar', 'bff', 'bffSidecar', 'redis', 'broadcast'] as const;
export type Kind = (typeof KINDS)[number];

/** CPU time by process kind (µs). Omitted kinds used none. */
export type Cost = Partial<Record<Kind, number>>;

/** A cost at one rate. Costs fall as the rate rises, since a process handles all pending work each time it wakes up. */
export interface AtRate {
  rate: number;
  cost: Cost;
}

/** The Dapr components that store data in Redis. */
export const REDIS_ROLES = ['entries', 'announcements', 'state'] as const;
export type RedisRole = (typeof REDIS_ROLES)[number];

/** The result of `npm run capacity -- --measure`. All costs are in µs of CPU time, all sizes in bytes. */
export interface Constants {
  v: 2;
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
    /** Median cores used by unrelated processes during the measurement. */
    others: number;
  };
  /** The largest measured values. Anything larger is extrapolated. */
  range: {
    connections: number;
    rate: number;
    feeds: number;
    instances: number;
    payload: number;
    batch: number;
    /** Messages a second that an instance reads from the broadcaster. */
    heard: number;
  };
  cpu: {
    /** Cost of an idle second per process. */
    idleSecond: Cost;
    /**
     * An entry with one notification, from the POST to the broadcast. Excludes receiving the broadcast. Measured at
     * several entry rates with one producer, two bffs and one Redis server. Sorted by rate.
     */
    entry: AtRate[];
    /** Each additional POST that shares the entry. */
    furtherRequest: Cost;
    /** Each additional feed in an entry, with one notification. All heads are read and written together. */
    furtherFeed: Cost;
    /** Each additional notification for the same feed in an entry. */
    furtherNotification: Cost;
    /** The extra cost of a turn on an instance that didn't receive the announcement itself. */
    remoteTurn: Cost;
    /** Reading a message with one publication on an instance where the feed has no subscribers. Sorted by rate. */
    hear: AtRate[];
    /**
     * Each additional feed in a message that an instance reads (see `hear`), with one publication and a separate proof.
     */
    hearFeed: Cost;
    /** Each additional publication for the same feed in a message that an instance reads (see `hear`). */
    hearFurther: Cost;
    /** The extra cost of a feed's publications in a message if the instance has subscribers to the feed. */
    show: Cost;
    /** Writing an event to a socket. */
    push: Cost;
    /** A new connection that subscribes to a feed that the instance already watches. */
    connect: Cost;
    /** The extra cost of an instance's first subscription to a feed. */
    newView: Cost;
    /** An idle connection's cost per second: pings, and `position` events for one feed. */
    connectionSecond: Cost;
    /** Comparing a view with the feed's head, plus the view's `position` events between two comparisons. */
    comparison: Cost;
    /**
     * A page's answer to a ping. The answer acknowledges publications, and the bff counts the acknowledgements per
     * feed.
     */
    receipt: Cost;
  };
  memory: {
    /** A warmed-up process of each kind. */
    process: Record<Exclude<Kind, 'redis' | 'broadcast'>, number>;
    connection: number;
    /** A watched feed, excluding publications. */
    view: number;
    /** A publication in a view's ring. */
    ringPublication: number;
  };
  /** Data in Redis. */
  stored: {
    announcement: number;
    /** Documents that exist once per feed, like the head. */
    feed: number;
    /** A publication in a feed's history. */
    publication: number;
    /** Publication size in the history with HISTORY_COMPRESSION=on, relative to the size without. */
    compressedShare: number;
    /** An id that is stored to detect duplicates. */
    id: number;
    /** A publication in the broadcaster's stream. */
    broadcastPublication: number;
    /** A reader's read state. */
    reader: number;
    /** The documents that an entry replaced in a feed. They take up space until deleted. */
    replaced: number;
    /** An empty Redis server. */
    empty: number;
  };
  wire: {
    /** A `publications` event with one publication, as received by a client. */
    push: number;
    /** A `position` event. */
    position: number;
  };
  /** Each component's share of the time that Redis spends on commands. */
  redisShares: Record<RedisRole, number>;
  /**
   * Shortest time (ms) between the starts of two entries in a lane. Consists of the work for the first entry and the
   * pause after it.
   */
  laneMs: number;
  /** Notifications a second on an otherwise idle machine. All processes share the measured cores. */
  rates: {
    /** Rate over a single feed with one notification per POST. */
    singles: number;
    /** Rate over a single feed with arrays. */
    arrays: number;
    /** Rate over many feeds in a single partition with one notification per POST. */
    partition: number;
  };
}

export const add = (...costs: readonly Cost[]): Record<Kind, number> =>
  Object.fromEntries(
    KINDS.map((kind) => [kind, costs.reduce((sum, cost) => sum + (cost[kind] ?? 0), 0)]),
  ) as Record<Kind, number>;

export const times = (cost: Cost, count: number): Record<Kind, number> =>
  Object.fromEntries(KINDS.map((kind) => [kind, (cost[kind] ?? 0) * count])) as Record<Kind, number>;

/**
 * Returns the cost at a rate, interpolated logarithmically between two measured rates. For a rate outside the measured
 * range, returns the cost at the nearest measured rate.
 */
export function costAt(points: readonly AtRate[], rate: number): Cost {
  const above = points.findIndex((point) => point.rate >= rate);
  const [low, high] = [points[above - 1], points[above]];
  if (!high) return points.at(-1)?.cost ?? {};
  if (!low) return high.cost;
  const share = Math.log(rate / low.rate) / Math.log(high.rate / low.rate);
  return add(times(low.cost, 1 - share), times(high.cost, share));
}

/** Number of bffs when `entry` was measured. */
export const MEASURED_BFFS = 2;

/** Returns an entry's cost in each kind of process, at the rate of entries that a process of that kind handles. */
export function entryCost(
  { entry }: Pick<Constants['cpu'], 'entry'>,
  entries: number,
  pods: { instances: number; producers: number },
): Cost {
  const rateOf = (kind: Kind): number => {
    if (kind.startsWith('producer')) return entries / pods.producers;
    // Every bff reads all messages, so its load depends on the total rate. A bff's sidecar handles only its share of
    // the entries; `entry` was measured with MEASURED_BFFS bffs.
    return kind === 'bffSidecar' ? (MEASURED_BFFS * entries) / pods.instances : entries;
  };
  return Object.fromEntries(KINDS.map((kind) => [kind, costAt(entry, rateOf(kind))[kind] ?? 0]));
}
