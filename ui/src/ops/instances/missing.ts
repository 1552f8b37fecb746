import type { InstanceSnapshot, PastInstance } from '@tocsin/contracts';

/**
 * Grace period before an instance counts as missing, since the next metrics might be late. (Metrics expire after ten
 * seconds.)
 */
const GRACE_MS = 12_000;

export interface MissingInstance {
  instance: string;
  version: string;
  /** When the instance was stopped or last seen. */
  at: number;
  isStopped: boolean;
}

/** Returns the instances of the past hour that are no longer running, newest first. */
export const missingOf = (
  past: readonly PastInstance[],
  running: readonly Pick<InstanceSnapshot, 'instance'>[],
  now: number,
): MissingInstance[] =>
  past
    .filter(({ instance }) => !running.some((snapshot) => snapshot.instance === instance))
    .map(({ instance, version, at, stoppedAt }) => ({
      ...{ instance, version, at: Date.parse(stoppedAt ?? at), isStopped: stoppedAt !== undefined },
    }))
    .filter(({ at, isStopped }) => isStopped || now - at > GRACE_MS)
    .toSorted((a, b) => b.at - a.at);
