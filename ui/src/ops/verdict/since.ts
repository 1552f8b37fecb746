import type { Sample } from '../instances/history.ts';

/** The time of the first sample of the run at the end in which `isFaulty` holds; `undefined` without such a run. */
export function sinceOf(
  samples: readonly Sample[],
  isFaulty: (sample: Sample) => boolean,
): number | undefined {
  const lastGood = samples.findLastIndex((sample) => !isFaulty(sample));
  return samples[lastGood + 1]?.at;
}
