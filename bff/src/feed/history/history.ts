import type { Head, IdsReference, SegmentReference } from '@tocsin/contracts';
import type { FeedLimits } from '../limits.ts';

/** The segments that are in the history at `now`. Drops whole segments, oldest first. */
export function keptSegments(
  segments: readonly SegmentReference[],
  limits: FeedLimits,
  now: number,
): SegmentReference[] {
  let count = segments.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const oldestKept = segments.findIndex((segment) => {
    count -= segment.last - segment.first + 1;
    bytes -= segment.bytes;
    const isBeyondLimits = count >= limits.historyMax || bytes >= limits.historyBytes;
    return !isBeyondLimits && segment.at + limits.historyTtlMs > now;
  });
  return oldestKept < 0 ? [] : segments.slice(oldestKept);
}

/** The id documents that the feed still remembers at `now`. */
export function keptIds(ids: readonly IdsReference[], limits: FeedLimits, now: number): IdsReference[] {
  let count = ids.reduce((sum, reference) => sum + reference.count, 0);
  const oldestKept = ids.findIndex((reference) => {
    count -= reference.count;
    return count < limits.idsMax && reference.at + limits.entryLifeMs > now;
  });
  return oldestKept < 0 ? [] : ids.slice(oldestKept);
}

/** The runs that can still have entries at `now`, up to `max`. Drops the least recently active first. */
export function keptRuns(
  producers: Head['producers'],
  limits: FeedLimits,
  now: number,
  max: number,
): Head['producers'] {
  const active = Object.entries(producers).filter(([, [, time]]) => time + limits.entryLifeMs > now);
  if (active.length > max) active.sort(([, [, a]], [, [, b]]) => b - a).length = max;
  return Object.fromEntries(active);
}

/** The first offset in the head's segments, or the head's offset + 1 without any. */
export const firstReferenced = (head: Head): number => head.segments[0]?.first ?? head.offset + 1;

/** The first offset in the history, or the head's offset + 1 if it's empty. */
export const firstOffset = (head: Head, limits: FeedLimits, now: number): number =>
  Math.max(
    keptSegments(head.segments, limits, now)[0]?.first ?? head.offset + 1,
    head.offset + 1 - limits.historyMax,
  );
