/**
 * The largest share that makes all sizes fit into the limit when larger sizes are cut to it. `Infinity` if they already
 * fit.
 */
export function fairShare(sizes: readonly number[], limit: number): number {
  const ascending = Float64Array.from(sizes).sort();
  let left = limit;
  for (const [index, size] of ascending.entries()) {
    const share = left / (ascending.length - index);
    if (size > share) return share;
    left -= size;
  }
  return Infinity;
}
