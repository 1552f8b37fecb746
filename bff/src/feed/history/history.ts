import type { Head, IdsReference, SegmentReference } from '@tocsin/contracts';
import type { FeedLimits } from '../limits.ts';

/**
 * Returns the segments that are in the history at `now`. Drops whole segments, oldest first. After a change of the
 * limits, a newer segment can expire before an older segment. The older segment is then dropped too.
 */
export function keptSegments(
  segments: readonly SegmentReference[],
  limits: FeedLimits,
  now: number,
): SegmentReference[] {
  let [count, bytes] = [0, 0];
  const newestDropped = segments.findLastIndex((segment) => {
    const isBeyondLimits = count >= limits.historyMax || bytes >= limits.historyBytes;
    count += segment.last - segment.first + 1;
    bytes += segment.bytes;
    const lifeMs = Math.min(limits.historyTtlMs, lifeIn(segment.key) ?? limits.unmarkedLifeMs);
    return isBeyondLimits || segment.at + lifeMs <= now;
  });
  return segments.slice(newestDropped + 1);
}

/** Returns references to the id documents that the feed still needs at `now`. */
export function keptIds(ids: readonly IdsReference[], limits: FeedLimits, now: number): IdsReference[] {
  let count = ids.reduce((sum, reference) => sum + reference.count, 0);
  // Check each document: after a change of the limits, a newer document can expire before an older document.
  return ids.filter((reference) => {
    count -= reference.count;
    return count < limits.idsMax && reference.at + (lifeIn(reference.key) ?? limits.entryLifeMs) > now;
  });
}

/**
 * A document's lifetime in seconds (base 36) at the end of its key, such as `.1jk00t`. Without it, documents written
 * before a limit was raised would count as lost once they expire. The lifetime is in the key, not in the head, because
 * earlier versions refuse heads with unknown members.
 */
const LIFE = /\.([0-9a-z]+)t$/;

export const keyWithLife = (key: string, lifeMs: number): string =>
  `${key}.${Math.ceil(lifeMs / 1000).toString(36)}t`;

/** Returns the lifetime in a document's key (ms), or `undefined` if the key has none. */
function lifeIn(key: string): number | undefined {
  const [, seconds] = LIFE.exec(key) ?? [];
  return seconds === undefined ? undefined : parseInt(seconds, 36) * 1000;
}

/** Returns the runs that can still have entries at `now`, at most `max`. Drops the least recently active runs first. */
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

/** Returns the first offset in the head's segments, or the head's offset + 1 if there are no segments. */
export const firstReferenced = (head: Head): number => head.segments[0]?.first ?? head.offset + 1;

/** Returns the first offset in the history, or the head's offset + 1 if the history is empty. */
export const firstOffset = (head: Head, limits: FeedLimits, now: number): number =>
  Math.max(
    keptSegments(head.segments, limits, now)[0]?.first ?? head.offset + 1,
    head.offset + 1 - limits.historyMax,
  );
