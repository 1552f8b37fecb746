import { ENTRY_LIFE_MS } from '@tocsin/contracts';

/** The limits of a feed. Bytes are counted as UTF-8 JSON; times are in milliseconds. */
export interface FeedLimits {
  historyMax: number;
  historyBytes: number;
  historyTtlMs: number;
  idsMax: number;
  /** How long ids, retractions and runs are remembered: the maximum lifetime of an entry. */
  entryLifeMs: number;
}

export const DEFAULT_FEED_LIMITS: FeedLimits = {
  historyMax: 10_000,
  historyBytes: 16 * 1024 * 1024,
  historyTtlMs: 24 * 60 * 60 * 1000,
  idsMax: 100_000,
  entryLifeMs: ENTRY_LIFE_MS,
};

export type LimitsOf = (feed: string) => FeedLimits;

/** A commit takes at most this many bytes of publications; the rest follows in the same turn. */
export const MAX_COMMIT_BYTES = 1024 * 1024;

/**
 * The highest values that the settings allow. In one request, a commit writes up to 1 MiB of new publications, the
 * absorbed part of the chain (at most four full documents) and its ids. The sidecar refuses bodies over 4 MiB, which
 * would block the feed.
 */
export const MAX_HISTORY_BYTES = 20 * 1024 * 1024;
export const MAX_IDS = 400_000;

/**
 * Maximum number of runs in a head. Beyond it, the least recently active runs are dropped. With this many runs and
 * the longest chains, a head stays under 16 KB.
 */
export const MAX_RUNS = 176;

/** A segment of this size is no longer merged; a history has at most 40 of them. */
export const fullSegmentBytes = (limits: FeedLimits): number => limits.historyBytes / 40;
export const fullIdsCount = (limits: FeedLimits): number => Math.max(1, limits.idsMax / 20);
/** Retractions are rarer than ids, so fewer and larger documents keep the head small. */
export const fullRetractionsCount = (limits: FeedLimits): number => Math.max(1, limits.idsMax / 4);

/** Documents expire later than any head that may reference them, by this margin. */
const MARGIN_MS = 60 * 60 * 1000;
export const segmentTtlSeconds = (limits: FeedLimits): number =>
  Math.ceil((limits.historyTtlMs + MARGIN_MS) / 1000);
export const idsTtlSeconds = (limits: FeedLimits): number =>
  Math.ceil((limits.entryLifeMs + MARGIN_MS) / 1000);
