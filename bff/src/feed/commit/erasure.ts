import { parseDateTime, type Erasure, type Head } from '@tocsin/contracts';
import type { Appendable } from './append.ts';
import type { FeedLimits } from '../limits.ts';

/** How far ahead of our clock an erasure's time may be, in ms. A later time is reduced to this limit. */
const MAX_AHEAD_MS = 5_000;

/**
 * The time before which publications count as erased, after a commit on top of `stored` that applies `erasure`, if
 * given. The time carries over to a new epoch, and is forgotten once no notification from before it can still arrive.
 */
export function erasedUntil(
  stored: Pick<Head, 'erasedAt'>,
  erasure: Erasure | undefined,
  { entryLifeMs }: Pick<FeedLimits, 'entryLifeMs'>,
  now: number,
): number | undefined {
  const before = stored.erasedAt;
  if (!erasure) return before !== undefined && now - before < entryLifeMs ? before : undefined;
  const at = Math.min(parseDateTime(erasure.at) ?? now, now + MAX_AHEAD_MS);
  return Math.max(at, before ?? 0);
}

/** Whether the item is a notification that was published before `until`. Retractions have no content to erase. */
export const isErased = (item: Appendable, until: number | undefined): boolean =>
  until !== undefined && 'createdAt' in item && (parseDateTime(item.createdAt) ?? until) < until;
