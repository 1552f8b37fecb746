/**
 * The largest share with which all sizes fit into the limit, if each larger size is reduced to the share. `Infinity` if
 * they fit as they are.
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
