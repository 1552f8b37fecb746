import type { Head, IdsReference, SegmentReference } from '@tocsin/contracts';
import { idsLifeMs, type FeedLimits } from '../limits.ts';

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
  // Each document expires on its own, because limits can change: a newer one can expire before an older one.
  return ids.filter((reference) => {
    count -= reference.count;
    return count < limits.idsMax && reference.at + lifeOf(reference.key, limits) > now;
  });
}

/**
 * A document's life at the end of its key, such as `.2592000s`. It is in the key because earlier versions, which forget
 * ids when entries expire, refuse heads with unknown members.
 */
const LIFE = /\.(\d+)s$/;

/** The key of a document of ids, with its life if that is longer than an entry's. */
export const keyWithLife = (key: string, limits: FeedLimits): string => {
  const lifeMs = idsLifeMs(limits);
  return lifeMs > limits.entryLifeMs ? `${key}.${Math.floor(lifeMs / 1000)}s` : key;
};

const lifeOf = (key: string, { entryLifeMs }: FeedLimits): number => {
  const [, seconds] = LIFE.exec(key) ?? [];
  return seconds === undefined ? entryLifeMs : Number(seconds) * 1000;
};

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
