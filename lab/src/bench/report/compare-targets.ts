import { TARGETS } from './goals.ts';
import { medianReader, type Result } from './result.ts';

/** A performance target and whether a result reached it. */
export interface TargetResult {
  /** The figure that has a target. */
  work: string;
  /** `max`: the figure must be at most the target. `min`: it must be at least the target. */
  bound: 'max' | 'min';
  measured: number;
  unit: string;
  target: number;
  /** True if `measured` reached `target`. */
  reached: boolean;
  stretchGoal: number;
  stretchUnit: string;
  /** The measured value in `stretchUnit`. `undefined` if the figure or its reference was not measured. */
  stretchMeasured: number | undefined;
  /** True if `stretchMeasured` reached `stretchGoal`. */
  stretchReached: boolean;
}

/** Compares a result with the performance targets. Skips targets for figures that weren't measured. */
export function compareWithTargets(result: Pick<Result, 'samples' | 'growth'>): TargetResult[] {
  const read = medianReader(result);
  const growth = result.growth ?? [];
  return TARGETS.flatMap(({ work, bound, target, stretchGoal }) => {
    const measured = target.figure(read, growth);
    if (measured === undefined) return [];
    const reaches = (value: number | undefined, goal: number) =>
      value !== undefined && (bound === 'max' ? value <= goal : value >= goal);
    const stretchMeasured = (stretchGoal.figure ?? target.figure)(read, growth);
    return [
      {
        work,
        bound,
        measured,
        unit: target.unit,
        target: target.value,
        reached: reaches(measured, target.value),
        stretchGoal: stretchGoal.value,
        stretchUnit: stretchGoal.unit ?? target.unit,
        stretchMeasured,
        stretchReached: reaches(stretchMeasured, stretchGoal.value),
      },
    ];
  });
}
