import { backOff, pause } from '@tocsin/contracts/pause';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

export interface RetryOptions {
  /** Checked before each attempt. The retries stop when it returns true. */
  shouldStop: () => boolean;
  onFailure: (error: unknown) => void;
  /** Abort it to end a pause early. */
  signal: AbortSignal;
}

/**
 * Retries `attempt` with exponential backoff until it resolves. Resolves with false if `shouldStop` returns true first.
 */
export async function retryUntilSettled(
  attempt: () => Promise<void>,
  { shouldStop, onFailure, signal }: RetryOptions,
): Promise<boolean> {
  for (let failures = 0; !shouldStop(); failures++) {
    try {
      await attempt();
      return true;
    } catch (error) {
      onFailure(error);
    }
    await pause(backOff(failures, FIRST_PAUSE_MS, MAX_PAUSE_MS), signal);
  }
  return false;
}
