import { MAX_ENTRY_BYTES, MAX_ENTRY_NOTIFICATIONS } from '@tocsin/contracts';

/** A steady load: spread evenly over feeds, with notifications at random times. */
export interface Load {
  /** The number of connected browsers. */
  connections: number;
  /** Notifications a second. */
  rate: number;
  feeds: number;
  /** The number of bffs; computed if absent, at least two. */
  instances?: number;
  /** The number of producers; computed if absent, at least two. */
  producers?: number;
  /** The number of partitions (`PARTITIONS`); computed if absent, at least two. */
  partitions?: number;
  /** Minimum time between two entries of a lane (`ENTRY_INTERVAL_MS`), in ms. */
  entryIntervalMs: number;
  /** The number of feeds that a connection is subscribed to. */
  feedsPerConnection: number;
  /**
   * The number of bffs that watch a feed if a proxy routes connections by feed. If absent, connections are distributed
   * at random.
   */
  bffsPerFeed?: number;
  /** The size of a notification's title and body, in bytes. */
  payload: number;
  /** The number of notifications in one POST, all for one feed. */
  batch: number;
  /** The number of publications that a feed keeps (`HISTORY_MAX`). */
  history: number;
  /** How long a feed keeps publications (`HISTORY_TTL`), or how long the load has lasted if shorter, in hours. */
  historyHours: number;
  /** True if the bffs compress long history (`HISTORY_COMPRESSION=on`). */
  compressedHistory?: boolean;
  /** How long a connection lasts, in minutes. */
  sessionMinutes: number;
  /** The number of readers with read marks. */
  readers: number;
  /** Maximum utilization of a core, or of a pod's or shard's memory: 0 to 1. */
  target: number;
  /** The memory limit of a bff, in GiB. */
  bffGib: number;
  /** The memory limit of one Redis, in GiB. */
  redisGib: number;
}

/** The numbers of pods, and of partitions. */
export interface Size {
  instances: number;
  producers: number;
  partitions: number;
}

/** The events a second that a load causes, and how they are distributed over the instances. */
export interface Flow {
  /** POSTs a second. */
  requests: number;
  /** Entries a second. Each is deposited, announced, committed, claimed and broadcast once. */
  entries: number;
  /**
   * Events a second: one for each feed in each entry. Each is committed, and broadcast as part of the entry's message.
   */
  events: number;
  subscriptions: number;
  /** The average number of connections that are subscribed to a feed. */
  watchersPerFeed: number;
  /** The average number of instances with at least one subscriber to a feed. */
  watchingInstances: number;
  /** The number of feeds that an instance watches, summed over all instances. */
  views: number;
  /** Events written to sockets per second. */
  pushes: number;
  /** Comparisons per second of views with the heads of their feeds. */
  comparisons: number;
  /** How often pages acknowledge publications, per second. Counts acknowledgements for one view within 2 s once. */
  receipts: number;
  /** New connections per second. */
  connects: number;
  /** Subscriptions per second to feeds that the instance does not watch yet. */
  newViews: number;
}

/**
 * The times of the first comparisons after a publication, in s. The second one is spread over 8 s. After it, there is
 * one every 30 s (`bff/src/recover/views/feed-views.ts`).
 */
const FIRST_COMPARISON = 2;
const SECOND_COMPARISON = FIRST_COMPARISON + 26;
const COMPARISON_INTERVAL = 30;

/**
 * Comparisons per second of a view whose feed receives `rate` events a second at random times. Each event restarts the
 * sequence, so a feed with occasional events is compared more often than a quiet or busy one.
 */
export function comparisonRate(rate: number): number {
  if (rate <= 0) return 1 / COMPARISON_INTERVAL;
  // From the second one, a geometric series: e^-28λ + e^-58λ + …
  const regular = Math.exp(-rate * SECOND_COMPARISON) / -Math.expm1(-rate * COMPARISON_INTERVAL);
  return rate * (Math.exp(-rate * FIRST_COMPARISON) + regular);
}

/**
 * The average number of requests in an entry of a lane that gets `rate` requests a second at random times. After
 * starting an entry, the lane starts no other one for `laneMs`. Requests that arrive in that time share the next entry.
 * If there are none, the next request starts an entry.
 */
export function requestsPerEntry(rate: number, laneMs: number): number {
  const arrivals = (rate * laneMs) / 1000;
  return arrivals + Math.exp(-arrivals);
}

/** The average number of different feeds among `count` requests, each for a random one of `feeds`. */
export const differentFeeds = (count: number, feeds: number): number =>
  feeds <= 1 ? 1 : -feeds * Math.expm1(count * Math.log1p(-1 / feeds));

/** Bytes of an entry beside its notifications (`producer/src/produce/queue/lane.ts`). */
const ENVELOPE_BYTES = 4_096;
/** Bytes of a notification beside its title and body. */
const NOTIFICATION_BYTES = 200;

/** The number of requests that fill an entry. The lane starts the entry after a full one at once. */
const requestsInFullEntry = ({ batch, payload }: Load): number =>
  Math.max(
    1,
    Math.min(MAX_ENTRY_NOTIFICATIONS, (MAX_ENTRY_BYTES - ENVELOPE_BYTES) / (payload + NOTIFICATION_BYTES)) /
      batch,
  );

/** The default of `PING_INTERVAL_MS`: a page acknowledges publications when it answers a ping. */
const PING_SECONDS = 25;
/** The minimum time between a bff's writes of a feed's counts. */
const RECEIPT_SECONDS = 2;

export function flowOf(load: Load, { instances, producers, partitions }: Size, laneMs: number): Flow {
  const requests = load.rate / load.batch;
  const lanes = producers * Math.min(partitions, load.feeds);
  const waiting = requestsPerEntry(requests / lanes, laneMs);
  const within = requestsPerEntry(requests / lanes, Math.max(laneMs, load.entryIntervalMs));
  const shared = Math.max(waiting, Math.min(within, requestsInFullEntry(load)));
  const entries = requests / shared;
  const subscriptions = load.connections * load.feedsPerConnection;
  const watchersPerFeed = subscriptions / load.feeds;
  const elsewhere = 1 - 1 / instances;
  const instancesAtRandom = instances * (1 - elsewhere ** watchersPerFeed);
  const watchingInstances = Math.min(instancesAtRandom, load.bffsPerFeed ?? instances);
  const eligibleInstances = Math.min(instances, load.bffsPerFeed ?? instances);
  const aloneProbability = (1 - 1 / eligibleInstances) ** Math.max(0, watchersPerFeed - 1);
  const views = load.feeds * watchingInstances;
  const connects = load.connections / (load.sessionMinutes * 60);
  const events = entries * differentFeeds(shared, load.feeds / Math.min(partitions, load.feeds));
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
    // New subscriptions to feeds that have no other subscriber on the same instance.
    newViews: connects * load.feedsPerConnection * aloneProbability,
  };
}
