import { ENTRY_LIFE_MS } from '@tocsin/contracts';

/** How much a feed keeps. Bytes are UTF-8 JSON, times milliseconds. */
export interface FeedLimits {
  historyMax: number;
  historyBytes: number;
  historyTtlMs: number;
  idsMax: number;
  /** How long an id, a retraction or a run's number is remembered: as long as an entry can live. */
  entryLifeMs: number;
}

export const DEFAULT_FEED_LIMITS: FeedLimits = {
  historyMax: 10_000,
  historyBytes: 16 * 1024 * 1024,
  historyTtlMs: 24 * 60 * 60 * 1000,
  idsMax: 100_000,
  entryLifeMs: ENTRY_LIFE_MS,
};

/** How much each feed keeps. */
export type LimitsOf = (feed: string) => FeedLimits;

/** A commit takes at most this many bytes of publications; the rest follows in the same turn. */
export const MAX_COMMIT_BYTES = 1024 * 1024;

/**
 * The highest allowed value. A commit writes its own megabyte, the absorbed part of the chain (at most four
 * full documents) and its ids in one request, and the sidecar refuses bodies over 4 MiB: the feed would stop.
 */
export const MAX_HISTORY_BYTES = 20 * 1024 * 1024;
export const MAX_IDS = 400_000;

/**
 * Runs that a head names at most; beyond it the ones that were silent longest are forgotten. With them and the
 * longest chains a head stays under 16 KB.
 */
export const MAX_RUNS = 176;

/** A segment of this size is not merged any more; at most 40 of them hold a history. */
export const fullSegmentBytes = (limits: FeedLimits): number => limits.historyBytes / 40;
export const fullIdsCount = (limits: FeedLimits): number => Math.max(1, limits.idsMax / 20);
/** Retractions are rarer; fewer and larger documents keep the head small. */
export const fullRetractionsCount = (limits: FeedLimits): number => Math.max(1, limits.idsMax / 4);

/** A document outlives every head that may name it, then expires. */
const MARGIN_MS = 60 * 60 * 1000;
export const segmentTtlSeconds = (limits: FeedLimits): number =>
  Math.ceil((limits.historyTtlMs + MARGIN_MS) / 1000);
export const idsTtlSeconds = (limits: FeedLimits): number =>
  Math.ceil((limits.entryLifeMs + MARGIN_MS) / 1000);
