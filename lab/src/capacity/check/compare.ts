/**
 * Plans use at most 60% of every resource. If a process needs 1.5 times the predicted amount, it uses 90%: the plan
 * still works, but has no headroom left. With a larger factor, the plan doesn't work.
 */
export const FACTOR = 1.5;
/**
 * Memory differences below this (MiB) are ignored. Redis uses about half a MiB that the model leaves out. This half MiB
 * doesn't grow with the load, so it only matters for small loads.
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

/** True if the values are within a factor of `FACTOR` of each other, or the difference is negligible. */
export const isWithin = (comparison: Comparison): boolean => {
  const { unit, measured, predicted } = comparison;
  if (unit === 'MiB' && Math.abs(measured - predicted) < IMMATERIAL_MIB) return true;
  const ratio = ratioOf(comparison);
  return ratio <= FACTOR && ratio >= 1 / FACTOR;
};

export const countInaccurate = ({ loads }: CheckResult): number =>
  loads.flatMap(({ comparisons }) => comparisons).filter((comparison) => !isWithin(comparison)).length;
