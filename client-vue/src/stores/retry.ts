import { backOff, pause } from '@tocsin/contracts/pause';

const FIRST_DELAY_MS = 3_000;
const MAX_DELAY_MS = 30_000;

/**
 * Calls `work` until it succeeds, and calls `onFailure` after each failure. If `onFailure` returns true, stops
 * retrying. Resolves with `undefined` if stopped or aborted.
 */
export async function retry<T>(
  work: () => Promise<T>,
  onFailure: (error: unknown) => unknown,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || onFailure(error) === true) break;
    }
    await pause(backOff(attempt, FIRST_DELAY_MS, MAX_DELAY_MS), signal);
  }
  return undefined;
}
