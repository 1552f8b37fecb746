import { isExpired, MAX_PAGE_BYTES, type Publication } from '@tocsin/contracts';
import { withoutContent } from './history/removals.ts';

/** The publication as readers see it at `now`. Expired publications keep the offset but lose the content. */
export const present = (publication: Publication, now: number): Publication =>
  publication.notification && isExpired(publication.notification, now)
    ? withoutContent(publication, 'expired')
    : publication;

export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * Maximum bytes of publications in a page or event. The remainder of the contract's page limit is reserved for other
 * fields.
 */
export const MAX_CONTENT_BYTES = MAX_PAGE_BYTES - 4 * 1024;

/** A publication's bytes in a JSON list, including the comma. */
export const sizeInList = (publication: Publication): number => sizeOf(publication) + 1;

/** The longest prefix of `items` within `count` items and `bytes` bytes. Always includes the first item. */
export function prefixWithin<T>(
  items: readonly T[],
  count: number,
  bytes: number,
  size: (item: T) => number,
): T[] {
  let total = 0;
  let length = 0;
  for (const item of items) {
    total += size(item);
    if (length >= count || (total > bytes && length > 0)) break;
    length++;
  }
  return items.slice(0, length);
}

/**
 * Splits `items` in order into parts with at most `count` items and `bytes` bytes. A larger item gets a part of its
 * own.
 */
export function splitWithin<T>(
  items: readonly T[],
  count: number,
  bytes: number,
  size: (item: T) => number,
): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += parts.at(-1)?.length ?? 1) {
    parts.push(prefixWithin(items.slice(start, start + count), count, bytes, size));
  }
  return parts;
}
