import { MAX_ENTRY_BYTES, MAX_ENTRY_NOTIFICATIONS } from '@tocsin/contracts';

/** A steady load of notifications at random times, spread evenly over feeds. */
export interface Load {
  /** Connected browsers. */
  connections: number;
  /** Notifications a second. */
  rate: number;
  feeds: number;
  /** Number of bffs. If omitted, computed (at least two). */
  instances?: number;
  /** Number of producers. If omitted, computed (at least two). */
  producers?: number;
  /** Number of partitions (`PARTITIONS`). If omitted, computed (at least two). */
  partitions?: number;
  /** Minimum time (ms) between two entries in a lane (`ENTRY_INTERVAL_MS`). */
  entryIntervalMs: number;
  /** Feeds per connection. */
  feedsPerConnection: number;
  /**
   * Number of bffs per feed if a proxy routes connections by feed. If omitted, connections are distributed at random.
   */
  bffsPerFeed?: number;
  /** Size of title plus body (bytes). */
  payload: number;
  /** Notifications per POST, all for the same feed. */
  batch: number;
  /** Maximum publications kept per feed (`HISTORY_MAX`). */
  history: number;
  /** Hours that a feed keeps publications (`HISTORY_TTL`). */
  historyHours: number;
  /** Hours since the load began on feeds without history. If omitted, the load has lasted longer than any history. */
  hoursSinceStart?: number;
  /** True if the bffs compress long history (`HISTORY_COMPRESSION=on`). */
  compressedHistory?: boolean;
  /** Duration of a connection (minutes). */
  sessionMinutes: number;
  /** Readers with read marks. */
  readers: number;
  /** Maximum utilization (0 to 1) of a core, a partition, or the memory of a pod or Redis server. */
  target: number;
  /** A bff's memory limit (GiB). */
  bffGib: number;
  /** A Redis server's memory limit (GiB). */
  redisGib: number;
}

/** Pod and partition counts. */
export interface Size {
  instances: number;
  producers: number;
  partitions: number;
}

/** The rates (per second) that a load causes, and how the load is spread over the instances. */
export interface Flow {
  /** POSTs a second. */
  requests: number;
  /** Entries a second. Each is deposited, announced, committed, claimed and broadcast once. */
  entries: number;
  /**
   * Events a second. Each entry has an event per feed. Events are committed, and broadcast as part of the entry's
   * message.
   */
  events: number;
  subscriptions: number;
  /** Average connections subscribed to a feed. */
  watchersPerFeed: number;
  /** Average instances with at least one subscriber to a feed. */
  watchingInstances: number;
  /** Feeds that an instance watches, summed over all instances. */
  views: number;
  /** Events written to sockets per second. */
  pushes: number;
  /** Comparisons per second between views and the feeds' heads. */
  comparisons: number;
  /** Acknowledgements that pages send per second. A view's acknowledgements within 2 s count as one. */
  receipts: number;
  /** New connections per second. */
  connects: number;
  /** Subscriptions per second to feeds that the instance doesn't watch yet. */
  newViews: number;
}

/**
 * Time (s) from a publication to the first comparison of a view with its feed's head. The second comparison happens 22
 * to 30 s later, on average 26 s. After that, views are compared every 30 s (`bff/src/recover/views/feed-views.ts`).
 */
const FIRST_COMPARISON = 2;
const SECOND_COMPARISON = FIRST_COMPARISON + 26;
const COMPARISON_INTERVAL = 30;

/**
 * Returns the comparisons per second for a view if the feed receives `rate` events a second at random times. Each event
 * restarts the sequence, so a feed with occasional events is compared more often than a quiet or busy feed.
 */
export function comparisonRate(rate: number): number {
  if (rate <= 0) return 1 / COMPARISON_INTERVAL;
  // Starting with the second comparison, a geometric series: e^-28λ + e^-58λ + …
  const regular = Math.exp(-rate * SECOND_COMPARISON) / -Math.expm1(-rate * COMPARISON_INTERVAL);
  return rate * (Math.exp(-rate * FIRST_COMPARISON) + regular);
}

/**
 * Returns the average requests per entry in a lane that gets `rate` requests a second at random times. After starting
 * an entry, the lane doesn't start another for `laneMs`. Requests that arrive during that time share the next entry. If
 * none arrive, the next request starts an entry.
 */
export function requestsPerEntry(rate: number, laneMs: number): number {
  const arrivals = (rate * laneMs) / 1000;
  return arrivals + Math.exp(-arrivals);
}

/** Returns the average number of distinct feeds among `count` requests, each for a random one of `feeds`. */
export const differentFeeds = (count: number, feeds: number): number =>
  feeds <= 1 ? 1 : -feeds * Math.expm1(count * Math.log1p(-1 / feeds));

/** Bytes in an entry besides notifications (`producer/src/produce/queue/lane.ts`). */
const ENVELOPE_BYTES = 4_096;
/** Bytes in a notification besides title and body. */
const NOTIFICATION_BYTES = 200;

/** Returns the number of requests that fill an entry. After a full entry, the lane immediately starts the next. */
const requestsInFullEntry = ({ batch, payload }: Load): number =>
  Math.max(
    1,
    Math.min(MAX_ENTRY_NOTIFICATIONS, (MAX_ENTRY_BYTES - ENVELOPE_BYTES) / (payload + NOTIFICATION_BYTES)) /
      batch,
  );

/** The default of `PING_INTERVAL_MS`: a page acknowledges publications when it answers a ping. */
const PING_SECONDS = 25;
/** Minimum time between a bff's writes of a feed's receipt counts (s). */
const RECEIPT_SECONDS = 2;

export function flowOf(load: Load, { instances, producers, partitions }: Size, laneMs: number): Flow {
  const requests = load.rate / load.batch;
  const lanes = producers * Math.min(partitions, load.feeds);
  const withoutInterval = requestsPerEntry(requests / lanes, laneMs);
  const withInterval = requestsPerEntry(requests / lanes, Math.max(laneMs, load.entryIntervalMs));
  const perEntry = Math.max(withoutInterval, Math.min(withInterval, requestsInFullEntry(load)));
  const entries = requests / perEntry;
  const subscriptions = load.connections * load.feedsPerConnection;
  const watchersPerFeed = subscriptions / load.feeds;
  const elsewhere = 1 - 1 / instances;
  const instancesAtRandom = instances * (1 - elsewhere ** watchersPerFeed);
  const watchingInstances = Math.min(instancesAtRandom, load.bffsPerFeed ?? instances);
  const eligibleInstances = Math.min(instances, load.bffsPerFeed ?? instances);
  const aloneProbability = (1 - 1 / eligibleInstances) ** Math.max(0, watchersPerFeed - 1);
  const views = load.feeds * watchingInstances;
  const connects = load.connections / (load.sessionMinutes * 60);
  const events = entries * differentFeeds(perEntry, load.feeds / Math.min(partitions, load.feeds));
  return {
    requests,
    entries,
    events,
    subscriptions,
    watchersPerFeed,
    watchingInstances,
    views,
    pushes: events * watchersPerFeed,
    comparisons: views * comparisonRate(events / load.feeds),
    receipts: Math.min(
      (subscriptions / PING_SECONDS) * -Math.expm1((-events / load.feeds) * PING_SECONDS),
      views / RECEIPT_SECONDS,
    ),
    connects,
    // New subscriptions to feeds without another subscriber on the same instance.
    newViews: connects * load.feedsPerConnection * aloneProbability,
  };
}
