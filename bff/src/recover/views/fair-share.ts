/**
 * The largest share for which the sizes fit into the limit once each larger size is cut to the share. `Infinity` if
 * they already fit.
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
