/**
 * Returns the longest prefix of `items` with at most `count` items and `bytes` bytes. Includes the first item even if
 * it has more than `bytes` bytes.
 */
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
 * Splits `items` in order into parts with at most `count` items and `bytes` bytes. An item with more than `bytes` bytes
 * becomes a part by itself.
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
