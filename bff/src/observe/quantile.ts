/** A cumulative bucket of a histogram: the number of observations in it and in all lower buckets. */
export interface Bucket {
  /** The upper bound of the bucket. */
  le: number;
  count: number;
}

/**
 * The quantile `q` of the observations in the buckets (ascending, the last without an upper bound), assuming an even
 * spread within each bucket. For a quantile above the last bound, returns that bound. `undefined` without observations.
 */
export function quantileOf(q: number, buckets: readonly Bucket[]): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const rank = q * total;
  let lowerBucket: Bucket = { le: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > lowerBucket.count) {
      if (!Number.isFinite(bucket.le)) return lowerBucket.le;
      return (
        lowerBucket.le +
        ((bucket.le - lowerBucket.le) * (rank - lowerBucket.count)) / (bucket.count - lowerBucket.count)
      );
    }
    lowerBucket = bucket;
  }
  return lowerBucket.le;
}
