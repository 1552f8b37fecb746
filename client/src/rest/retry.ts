import { backOff, pause } from '@tocsin/contracts/pause';
import { asError, ClientError, ProblemError } from '../errors.ts';
import { TIMING } from '../timing.ts';

export interface RepeatOptions {
  /** Nothing is repeated after it; an attempt under way goes on. */
  signal: AbortSignal;
  random: () => number;
  /** Resolves after so many milliseconds, or at the signal. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const isTemporary = (error: Error): boolean => error instanceof ClientError && error.temporary;

/**
 * Does `attempt`, and again after what is temporary, with growing pauses, at least as long as the server asks for.
 * Rejects with the last reason after `TIMING.repeats` repetitions, at the signal, and at once with what is final.
 */
export async function repeatTemporary<T>(
  attempt: () => Promise<T>,
  { signal, random, pause: wait = pause }: RepeatOptions,
): Promise<T> {
  for (let repeated = 0; ; repeated++) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = asError(thrown);
      if (!isTemporary(error) || repeated === TIMING.repeats || signal.aborted) throw error;
      const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
      const backedOff = backOff(repeated, TIMING.retryMin, TIMING.retryMax, random);
      await wait(Math.max(backedOff, Math.min(asked, TIMING.retryAfterMax)), signal);
      if (signal.aborted) throw error;
    }
  }
}
