import type { Sample } from '../instances/history.ts';

/**
 * When the current problem started: the first sample in the unbroken series of faulty samples at the end. `undefined`
 * if the last sample isn't faulty.
 */
export function faultySince(
  samples: readonly Sample[],
  isFaulty: (sample: Sample) => boolean,
): number | undefined {
  const lastGood = samples.findLastIndex((sample) => !isFaulty(sample));
  return samples[lastGood + 1]?.at;
}
