import { ENTRY_LIFE_MS } from '@tocsin/contracts';

/** A feed's limits. Sizes are in bytes of UTF-8 JSON, times in milliseconds. */
export interface FeedLimits {
  historyMax: number;
  historyBytes: number;
  historyTtlMs: number;
  /**
   * Lifetime of segments whose keys contain no lifetime. Such segments are from version 0.1.0, which had one
   * `HISTORY_TTL` for all feeds.
   */
  unmarkedLifeMs: number;
  idsMax: number;
  /** How long runs are remembered: the maximum lifetime of an entry. */
  entryLifeMs: number;
}

export const DEFAULT_FEED_LIMITS: FeedLimits = {
  historyMax: 10_000,
  historyBytes: 16 * 1024 * 1024,
  historyTtlMs: 24 * 60 * 60 * 1000,
  unmarkedLifeMs: 24 * 60 * 60 * 1000,
  idsMax: 100_000,
  entryLifeMs: ENTRY_LIFE_MS,
};

export type LimitsOf = (feed: string) => FeedLimits;

/** Maximum bytes of publications per commit. The turn commits the rest afterwards. */
export const MAX_COMMIT_BYTES = 1024 * 1024;

/**
 * Upper limits for `HISTORY_BYTES`, `USER_HISTORY_BYTES` and `IDS_MAX`. With higher limits, the request that writes a
 * commit could exceed 4 MiB. The sidecar would refuse the request, and the feed would accept no more notifications. The
 * request contains up to 1 MiB of new publications, their ids, and the older documents that the commit merges with them
 * (at most the size of four full segments and four full id documents).
 */
export const MAX_HISTORY_BYTES = 20 * 1024 * 1024;
export const MAX_IDS = 400_000;

/**
 * Maximum number of runs in a head; the least recently active are dropped first. Keeps heads under 16 KB even with the
 * longest chains.
 */
export const MAX_RUNS = 176;

/** Returns the size (bytes) at which a segment is full and no longer merged. A history has at most 40 full segments. */
export const fullSegmentBytes = (limits: FeedLimits): number => limits.historyBytes / 40;
export const fullIdsCount = (limits: FeedLimits): number => Math.max(1, limits.idsMax / 20);
/** Retractions are rarer than ids, so fewer, larger documents keep the head small. */
export const fullRetractionsCount = (limits: FeedLimits): number => Math.max(1, limits.idsMax / 4);

/**
 * Returns how long (ms) ids and retractions are remembered: while an entry or the history could still contain the id.
 */
export const idsLifeMs = (limits: FeedLimits): number => Math.max(limits.entryLifeMs, limits.historyTtlMs);

/** Extra lifetime of documents, so that they don't expire while a head could still reference them. */
const MARGIN_MS = 60 * 60 * 1000;
export const segmentTtlSeconds = (limits: FeedLimits): number =>
  Math.ceil((limits.historyTtlMs + MARGIN_MS) / 1000);
export const idsTtlSeconds = (limits: FeedLimits): number =>
  Math.ceil((idsLifeMs(limits) + MARGIN_MS) / 1000);
