/**
 * A plan uses at most 60% of each resource. A process that needs 1.5 times the prediction uses 90%: the plan still
 * works, but has no reserve. Above this factor, it doesn't work.
 */
export const FACTOR = 1.5;
/**
 * Differences in memory below this, in MiB, are ignored. Redis uses about half a MiB that the model lacks. It does not
 * grow with the load, so it matters only for small loads.
 */
export const IMMATERIAL_MIB = 0.6;

export interface Comparison {
  name: string;
  unit: string;
  predicted: number;
  measured: number;
}

export interface CheckResult {
  startedAt: string;
  loads: { load: string; comparisons: Comparison[] }[];
}

export const ratioOf = ({ predicted, measured }: Comparison): number => measured / predicted;

/** True if neither value is more than the factor times the other, or if the difference is immaterial. */
export const isWithin = (comparison: Comparison): boolean => {
  const { unit, measured, predicted } = comparison;
  if (unit === 'MiB' && Math.abs(measured - predicted) < IMMATERIAL_MIB) return true;
  const ratio = ratioOf(comparison);
  return ratio <= FACTOR && ratio >= 1 / FACTOR;
};

export const countInaccurate = ({ loads }: CheckResult): number =>
  loads.flatMap(({ comparisons }) => comparisons).filter((comparison) => !isWithin(comparison)).length;
