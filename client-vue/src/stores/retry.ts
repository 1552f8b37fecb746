import { backOff, pause } from '@tocsin/contracts/pause';

const FIRST_PAUSE_MS = 3_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Calls `work` until it succeeds and `failed` after each failure. If `failed` returns true, stops retrying. Resolves
 * with `undefined` if stopped or aborted.
 */
export async function retry<T>(
  work: () => Promise<T>,
  failed: (error: unknown) => unknown,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || failed(error) === true) break;
    }
    await pause(backOff(attempt, FIRST_PAUSE_MS, MAX_PAUSE_MS), signal);
  }
  return undefined;
}
