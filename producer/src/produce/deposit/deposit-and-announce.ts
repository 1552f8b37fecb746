import { announcementOf, type Batch } from '../queue/lane.ts';
import type { Announcer, EntryStore, Observer } from '../ports.ts';
import { retryUntilSettled } from './retry-until-settled.ts';

/** Time limit per entry (ms). An entry that exceeds it ends the run. */
export const RUN_ENDS_AFTER_MS = 60_000;

export interface DepositOptions {
  entries: EntryStore;
  announcer: Announcer;
  observer: Observer;
  signal: AbortSignal;
}

/**
 * Deposits an entry, then announces it. Retries each step with the same key and content until it succeeds. Gives up and
 * resolves with false if this takes too long or `signal` aborts.
 */
export async function depositAndAnnounce(
  { entry, bytes, begunAt }: Batch,
  { entries, announcer, observer, signal }: DepositOptions,
): Promise<boolean> {
  const announcement = announcementOf(entry);
  const facts = { ...announcement, notifications: entry.notifications.length, bytes };
  const startedAt = performance.now();
  // Use the longer time: the clock can be set back, and `performance.now()` may stop while the machine sleeps.
  const elapsed = () => Math.max(performance.now() - startedAt, Date.now() - begunAt);
  const shouldStop = () => signal.aborted || elapsed() > RUN_ENDS_AFTER_MS;

  const retry = async (step: 'deposit' | 'announce', attempt: () => Promise<void>): Promise<boolean> => {
    const onFailure = (error: unknown) => observer.failed(step, facts, error);
    const isSettled = await retryUntilSettled(attempt, { shouldStop, onFailure, signal });
    if (isSettled) observer.done(step, facts);
    return isSettled;
  };
  return (
    (await retry('deposit', () => entries.deposit(entry))) &&
    (await retry('announce', () => announcer.announce(announcement)))
  );
}
