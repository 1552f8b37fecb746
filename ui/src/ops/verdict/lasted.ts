import type { Fault } from './rules.ts';

/**
 * Problems that the page itself detects. The page's clock provides their start time, and the server's clock provides
 * the start times of all other problems.
 */
const DETECTED_BY_PAGE: readonly Fault['kind'][] = ['unreachable', 'figures'];

/** Returns how long a problem has lasted (ms), by the same clock as its start. */
export function lastedMs(kind: Fault['kind'], since: number, now: { server: number; page: number }): number {
  return Math.max(0, (DETECTED_BY_PAGE.includes(kind) ? now.page : now.server) - since);
}
