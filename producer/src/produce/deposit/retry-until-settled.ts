import { backOff, pause } from '@tocsin/contracts/pause';

/** Shortest and longest pause between two attempts, in ms. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

export interface RetryOptions {
  /** Checked before each attempt. If it returns true, the retries end. */
  over: () => boolean;
  onFailure: (error: unknown) => void;
  /** Ends a pause early. */
  signal: AbortSignal;
}

/** Retries `attempt` with a back-off until it resolves. Resolves with false if `over` returns true first. */
export async function retryUntilSettled(
  attempt: () => Promise<void>,
  { over, onFailure, signal }: RetryOptions,
): Promise<boolean> {
  for (let failures = 0; !over(); failures++) {
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
