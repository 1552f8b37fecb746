/** A cumulative histogram bucket: counts observations in it and all lower buckets. */
export interface Bucket {
  /** The bucket's upper bound. */
  le: number;
  count: number;
}

/**
 * Returns quantile `q` of the observations in `buckets` (ascending, the last unbounded), assuming an even spread within
 * each bucket. If the quantile is above the last finite bound, returns that bound. Returns `undefined` without
 * observations.
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
