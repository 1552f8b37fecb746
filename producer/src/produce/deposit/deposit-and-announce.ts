import { announcementOf, type Batch } from '../queue/lane.ts';
import type { Announcer, EntryStore, Observer } from '../ports.ts';
import { retryUntilSettled } from './retry-until-settled.ts';

/** An entry that takes longer ends its run. */
export const RUN_ENDS_AFTER_MS = 60_000;

export interface DepositOptions {
  entries: EntryStore;
  announcer: Announcer;
  observer: Observer;
  /** Ends the attempts. */
  signal: AbortSignal;
}

/**
 * Deposits and then announces an entry, each repeated with the same key and content until the outcome is known.
 * False when that took too long or `signal` aborted; then nothing of it is attempted any more.
 */
export async function depositAndAnnounce(
  { entry, bytes, begunAt }: Batch,
  { entries, announcer, observer, signal }: DepositOptions,
): Promise<boolean> {
  const announcement = announcementOf(entry);
  const facts = { ...announcement, notifications: entry.notifications.length, bytes };
  const over = () => signal.aborted || Date.now() - begunAt > RUN_ENDS_AFTER_MS;

  const repeat = async (step: 'deposit' | 'announce', attempt: () => Promise<void>): Promise<boolean> => {
    const onFailure = (error: unknown) => observer.failed(step, facts, error);
    const known = await retryUntilSettled(attempt, { over, onFailure, signal });
    if (known) observer.done(step, facts);
    return known;
  };
  return (
    (await repeat('deposit', () => entries.deposit(entry))) &&
    (await repeat('announce', () => announcer.announce(announcement)))
  );
}
