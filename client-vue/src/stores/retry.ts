import { backOff, pause } from '@tocsin/contracts/pause';

const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Calls `load` until it succeeds, and `failed` after each failure. Resolves with `undefined` if aborted. Failures are
 * logged with `name`.
 */
export async function retry<T>(
  name: string,
  load: () => Promise<T>,
  signal: AbortSignal,
  failed?: (error: unknown) => void,
): Promise<T | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await load();
    } catch (error) {
      if (!signal.aborted) {
        console.warn(`Could not load ${name}. Retrying.`, error);
        failed?.(error);
      }
    }
    await pause(backOff(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS), signal);
  }
  return undefined;
}
