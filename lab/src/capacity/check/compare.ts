/**
 * A plan uses 60 % of each capacity. If a process needs 1.5 times the prediction, that is 90 %: the plan still works, without
 * a reserve. Above this factor it doesn't.
 */
export const FACTOR = 1.5;

export interface Comparison {
  name: string;
  unit: string;
  predicted: number;
  measured: number;
}

/** The result of a check: the description and comparisons of each load. */
export interface CheckResult {
  startedAt: string;
  loads: { load: string; comparisons: Comparison[] }[];
}

export const ratioOf = ({ predicted, measured }: Comparison): number => measured / predicted;

/** True if neither value is more than the factor times the other. */
export const isWithin = (comparison: Comparison): boolean => {
  const ratio = ratioOf(comparison);
  return ratio <= FACTOR && ratio >= 1 / FACTOR;
};

export const countOff = ({ loads }: CheckResult): number =>
  loads.flatMap(({ comparisons }) => comparisons).filter((comparison) => !isWithin(comparison)).length;
