import type { Fault } from './rules.ts';

/** Faults that the page itself notices, so that their start is a time of its own clock. */
const NOTICED_HERE: readonly Fault['kind'][] = ['unreachable', 'figures'];

/** How long (ms) a problem has lasted, from the clock that also told when it started. */
export function lastedMs(kind: Fault['kind'], since: number, now: { server: number; page: number }): number {
  return Math.max(0, (NOTICED_HERE.includes(kind) ? now.page : now.server) - since);
}
