/** A load in the long run: everything spread evenly, notifications at random times. */
export interface Load {
  /** Browsers that are connected. */
  connections: number;
  /** Notifications a second. */
  rate: number;
  /** Feeds that are published to and watched. */
  feeds: number;
  /** Bffs; as many as it takes if absent. */
  instances?: number;
  /** Producers; as many as it takes if absent, two at least. */
  producers?: number;
  /** Feeds that a connection is subscribed to. */
  feedsPerConnection: number;
  /** Bffs on which a feed is watched, if a proxy leads connections by their feeds; else as chance has it. */
  bffsPerFeed?: number;
  /** Bytes of title and body of a notification. */
  payload: number;
  /** Notifications in one POST, and so in one entry. */
  batch: number;
  /** Publications that a feed keeps (`HISTORY_MAX`). */
  history: number;
  /** Hours for which a feed keeps them (`HISTORY_TTL`), or for which there was a load at all. */
  historyHours: number;
  /** How long a connection lasts. */
  sessionMinutes: number;
  /** Readers who have marked something as read. */
  readers: number;
  /** Share of a core, or of the memory of a pod or shard, that is to be used at most: 0 to 1. */
  target: number;
  /** Memory that a bff may have, in GiB. */
  bffGib: number;
  /** Memory that one Redis may have, in GiB. */
  redisGib: number;
}

/** A load in events a second, and its spread over the instances. */
export interface Flow {
  /** Entries a second: each is deposited, announced, committed, claimed and broadcast once. */
  entries: number;
  /** Subscriptions of all connections. */
  subscriptions: number;
  /** Connections that watch a feed. */
  watchersPerFeed: number;
  /** Instances on which at least one connection watches a feed. */
  watchingInstances: number;
  /** Feeds that an instance watches, summed over the instances. */
  views: number;
  /** Events a second that are written to sockets. */
  pushes: number;
  /** Comparisons of a view with its head, a second. */
  comparisons: number;
  /** Connections that begin, a second. */
  connects: number;
  /** Subscriptions a second to a feed that the instance did not watch. */
  newViews: number;
  /** Re-announcements a second, for feeds that were quiet for a minute. */
  rings: number;
}

/** Comparisons after a publication, in s; then one each 30 s (`bff/src/recover/feed-views.ts`). */
const FIRST_COMPARISONS = [2, 4, 8, 16, 32];
const LONGEST_PAUSE = 30;

/**
 * Comparisons a second of a view whose feed gets `rate` events a second at random times: each event begins anew with
 * short pauses, so a feed with an event now and then is compared more often than a silent or a busy one.
 */
export function comparisonRate(rate: number): number {
  if (rate <= 0) return 1 / LONGEST_PAUSE;
  const first = FIRST_COMPARISONS.reduce((sum, at) => sum + Math.exp(-rate * at), 0);
  // The rest is a geometric series: e^-62λ + e^-92λ + …
  const next = (FIRST_COMPARISONS.at(-1) ?? 0) + LONGEST_PAUSE;
  const rest = Math.exp(-rate * next) / -Math.expm1(-rate * LONGEST_PAUSE);
  return rate * (first + rest);
}

/**
 * A feed that is quiet for this long, in s, is announced again (`producer/src/produce/announce/lanes.ts`).
 */
const QUIET = 60;

export function flowOf(load: Load, instances: number): Flow {
  const entries = load.rate / load.batch;
  const subscriptions = load.connections * load.feedsPerConnection;
  const watchersPerFeed = subscriptions / load.feeds;
  const elsewhere = 1 - 1 / instances;
  const atRandom = instances * (1 - elsewhere ** watchersPerFeed);
  const watchingInstances = Math.min(atRandom, load.bffsPerFeed ?? instances);
  const among = Math.min(instances, load.bffsPerFeed ?? instances);
  const alone = (1 - 1 / among) ** Math.max(0, watchersPerFeed - 1);
  const views = load.feeds * watchingInstances;
  const connects = load.connections / (load.sessionMinutes * 60);
  return {
    entries,
    subscriptions,
    watchersPerFeed,
    watchingInstances,
    views,
    pushes: entries * watchersPerFeed,
    comparisons: views * comparisonRate(entries / load.feeds),
    connects,
    rings: entries * Math.exp((-entries / load.feeds) * QUIET),
    // The arriving clients whose feed has no other watcher.
    newViews: connects * load.feedsPerConnection * alone,
  };
}
