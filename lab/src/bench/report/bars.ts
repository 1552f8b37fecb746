import { BARS } from './goals.ts';
import { medianReader, type Result } from './result.ts';

/** A performance target and whether a result reached it. */
export interface Judged {
  /** The figure that has a target. */
  work: string;
  /** Whether the figure must be at most, or at least, the target. */
  is: 'most' | 'least';
  measured: number;
  unit: string;
  bar: number;
  /** True if `measured` reached `bar`. */
  reached: boolean;
  aim: number;
  aimUnit: string;
  /** The measured value in `aimUnit`; `undefined` if the reference was not measured. */
  aimMeasured: number | undefined;
  /** True if `aimMeasured` reached `aim`. */
  aimReached: boolean;
}

/** Compares a result with the performance targets. Skips targets that weren't measured. */
export function judge(result: Pick<Result, 'samples' | 'growth'>): Judged[] {
  const read = medianReader(result);
  const growth = result.growth ?? [];
  return BARS.flatMap(({ work, is, bar, aim }) => {
    const measured = bar.of(read, growth);
    if (measured === undefined) return [];
    const reaches = (value: number | undefined, goal: number) =>
      value !== undefined && (is === 'most' ? value <= goal : value >= goal);
    const aimMeasured = (aim.of ?? bar.of)(read, growth);
    return [
      {
        work,
        is,
        measured,
        unit: bar.unit,
        bar: bar.value,
        reached: reaches(measured, bar.value),
        aim: aim.value,
        aimUnit: aim.unit ?? bar.unit,
        aimMeasured,
        aimReached: reaches(aimMeasured, aim.value),
      },
    ];
  });
}
