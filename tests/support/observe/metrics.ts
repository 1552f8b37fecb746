import { readMetric } from '@tocsin/lab';
import { type Pair } from '@tocsin/tools';

/** Sums a metric's series with these labels across applications. */
export const sumMetric = async (
  pairs: readonly Pair[],
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> =>
  (await Promise.all(pairs.map(({ url }) => readMetric(`${url}/metrics`, name, labels)))).reduce(
    (total, value) => total + value,
    0,
  );
