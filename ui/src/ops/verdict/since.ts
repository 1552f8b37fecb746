import type { Sample } from '../instances/history.ts';
import type { Fault } from './rules.ts';

/**
 * When the current problem started: the first sample of the unbroken run of faulty samples at the end. `undefined` if
 * the last sample isn't faulty.
 */
export function sinceOf(
  samples: readonly Sample[],
  isFaulty: (sample: Sample) => boolean,
): number | undefined {
  const lastGood = samples.findLastIndex((sample) => !isFaulty(sample));
  return samples[lastGood + 1]?.at;
}

/** Faults that the page itself notices, so that their start is a time of its own clock. */
const NOTICED_HERE: readonly Fault['kind'][] = ['unreachable', 'figures'];

/** How long (ms) a problem has lasted, from the clock that also told when it started. */
export function lastedMs(kind: Fault['kind'], since: number, now: { server: number; page: number }): number {
  return Math.max(0, (NOTICED_HERE.includes(kind) ? now.page : now.server) - since);
}
