import { backOff, pause } from '@tocsin/contracts/pause';
import { asError, ClientError, ProblemError } from '../errors.ts';
import { TIMING } from '../timing.ts';

export interface RetryOptions {
  /** When aborted, no more retries are made. An attempt that is already running continues. */
  signal: AbortSignal;
  random: () => number;
  /** Resolves after `ms` or when the signal is aborted. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const isTemporary = (error: Error): boolean => error instanceof ClientError && error.temporary;

/**
 * Calls `attempt`, and retries temporary failures with increasing delays. If the server asks for a longer delay, waits
 * that long, but at most `TIMING.retryAfterMax`. Rejects with the last error after `TIMING.retries` retries or when the
 * signal is aborted. Rejects immediately on a permanent error.
 */
export async function retryTemporaryFailures<T>(
  attempt: () => Promise<T>,
  { signal, random, pause: wait = pause }: RetryOptions,
): Promise<T> {
  for (let retried = 0; ; retried++) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = asError(thrown);
      if (!isTemporary(error) || retried === TIMING.retries || signal.aborted) throw error;
      const requested = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
      const backOffMs = backOff(retried, TIMING.retryMin, TIMING.retryMax, random);
      await wait(Math.max(backOffMs, Math.min(requested, TIMING.retryAfterMax)), signal);
      if (signal.aborted) throw error;
    }
  }
}
