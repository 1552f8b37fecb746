import type { Sample } from '../instances/history.ts';

/**
 * The start of the current problem: the time of the first sample since which `isFaulty` has been true. `undefined` if
 * it is false for the last sample.
 */
export function sinceOf(
  samples: readonly Sample[],
  isFaulty: (sample: Sample) => boolean,
): number | undefined {
  const lastGood = samples.findLastIndex((sample) => !isFaulty(sample));
  return samples[lastGood + 1]?.at;
}
