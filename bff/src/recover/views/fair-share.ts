/**
 * The largest share with which the total stays within `limit` if every size above the share is cut to it. `Infinity`
 * if nothing has to be cut.
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
