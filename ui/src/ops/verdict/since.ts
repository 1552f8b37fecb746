import type { Sample } from '../instances/history.ts';

/**
 * Returns when the current problem started: the time of the first sample in the unbroken series of faulty samples at
 * the end. Returns `undefined` if the last sample isn't faulty.
 */
export function faultySince(
  samples: readonly Sample[],
  isFaulty: (sample: Sample) => boolean,
): number | undefined {
  const lastGood = samples.findLastIndex((sample) => !isFaulty(sample));
  return samples[lastGood + 1]?.at;
}
