import type { InstanceSnapshot, PastInstance } from '@tocsin/contracts';

/** Figures expire after ten seconds; an instance whose past is younger may only be late. */
const LATEST_MS = 12_000;

export interface MissingInstance {
  instance: string;
  version: string;
  /** When it was stopped, or seen last. */
  at: number;
  isStopped: boolean;
}

/** The instances of the past hour that are not running, the newest first. */
export const missingOf = (
  past: readonly PastInstance[],
  running: readonly Pick<InstanceSnapshot, 'instance'>[],
  now: number,
): MissingInstance[] =>
  past
    .filter(({ instance }) => !running.some((one) => one.instance === instance))
    .map(({ instance, version, at, stoppedAt }) => ({
      ...{ instance, version, at: Date.parse(stoppedAt ?? at), isStopped: stoppedAt !== undefined },
    }))
    .filter(({ at, isStopped }) => isStopped || now - at > LATEST_MS)
    .toSorted((a, b) => b.at - a.at);
