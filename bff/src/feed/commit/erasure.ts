import { parseDateTime, type Erasure, type Head } from '@tocsin/contracts';
import type { Appendable } from './append.ts';
import type { FeedLimits } from '../limits.ts';

/** How far an erasure's time can be ahead of our clock (ms). Later times are clamped. */
const MAX_AHEAD_MS = 5_000;

/**
 * Returns the new head's cutoff: notifications published before this time count as erased. The cutoff carries over to a
 * new epoch. It is dropped once no earlier notification can arrive anymore.
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

/** Whether the item is a notification published before `until`. Retractions have no content to erase. */
export const isErased = (item: Appendable, until: number | undefined): boolean =>
  until !== undefined && 'createdAt' in item && (parseDateTime(item.createdAt) ?? until) < until;
