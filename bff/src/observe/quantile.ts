/** How many observations fell into a bucket and all below it. */
export interface Bucket {
  /** Its upper bound. */
  le: number;
  count: number;
}

/**
 * The quantile `q` of what the buckets (ascending, the last without bound) have counted, taken as spread evenly within
 * a bucket; of what lies above the last bound, that bound. Undefined when nothing was counted.
 */
export function quantileOf(q: number, buckets: readonly Bucket[]): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const rank = q * total;
  let below: Bucket = { le: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > below.count) {
      if (!Number.isFinite(bucket.le)) return below.le;
      return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
    }
    below = bucket;
  }
  return below.le;
}
