/**
 * Returns the largest share for which the total stays within `limit` after every larger size is reduced to the share.
 * Returns `Infinity` if no size has to be reduced.
 */
export function fairShare(sizes: readonly number[], limit: number): number {
  const ascending = Float64Array.from(sizes).sort();
  let remaining = limit;
  for (const [index, size] of ascending.entries()) {
    const share = remaining / (ascending.length - index);
    if (size > share) return share;
    remaining -= size;
  }
  return Infinity;
}
