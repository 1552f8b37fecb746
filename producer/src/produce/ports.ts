import type { Arrival, EntryItem, PartitionAnnouncement, PartitionEntry } from '@tocsin/contracts';

/** Stores entries until the partition claims them. */
export interface EntryStore {
  /**
   * Resolves once the store has written the entry. If it rejects, the write may still have succeeded. Retrying with the
   * same entry is safe.
   */
  deposit(entry: PartitionEntry): Promise<void>;
  /** Resolves with the entry's content, or with `undefined` if the entry has been claimed. */
  peek(key: string): Promise<string | undefined>;
}

/** Announces deposited entries to the partitions. */
export interface Announcer {
  /** Resolves once the broker has the announcement. If it rejects, the announcement may still have been made. */
  announce(announcement: PartitionAnnouncement): Promise<void>;
}

/** Stores notifications that are due later. */
export interface Scheduler {
  /**
   * Resolves when every notification is stored. `at` is in ms since 1970. Abort `signal` once the caller is no longer
   * waiting. The call then rejects.
   * @throws ScheduleFullError
   */
  add(
    list: readonly { notification: Arrival; at: number }[],
    traceparent?: string,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Resolves when no notification with this id is scheduled. If `add` calls with this id are in progress in this
   * process, waits for them. Abort `signal` once the caller is no longer waiting. Otherwise, the call could remove
   * notifications that were scheduled in the meantime.
   */
  cancel(feed: string, id: string, signal?: AbortSignal): Promise<void>;
  /** Like `cancel`, but for all of the feed's scheduled notifications. */
  cancelAll(feed: string, signal?: AbortSignal): Promise<void>;
}

/** Thrown if too many schedules are due within the next minute. */
export class ScheduleFullError extends Error {
  override readonly name = 'ScheduleFullError';
}

/** `ring` is a repeated announcement. `check` finds out whether the bffs have claimed an entry. */
export type Step = 'deposit' | 'announce' | 'ring' | 'check';

/**
 * A request's outcome. If it isn't `accepted`, some of the notifications may appear anyway. Retry with the same ids to
 * complete the request.
 */
export type Outcome = 'accepted' | 'late' | 'full' | 'stopping';

/** Identifies an entry. Includes the trace and size if known. */
export interface EntryFacts extends PartitionAnnouncement {
  traceparent?: string | undefined;
  notifications?: number;
  /** Stored size of the entry's items in bytes of JSON. */
  bytes?: number;
}

/** Receives the outcomes of requests. Methods must not throw. */
export interface OutcomeObserver {
  /**
   * If the outcome is `accepted`, `items` contains the items that were deposited and announced, but not those that were
   * scheduled. Otherwise, it contains all items of the request.
   */
  settled(outcome: Outcome, items: readonly EntryItem[]): void;
}

/** Receives the producer's events. Methods must not throw. */
export interface Observer {
  done(step: Step, entry: EntryFacts): void;
  /** The step failed or may have failed. It will be retried. */
  failed(step: Step, entry: EntryFacts, error: unknown): void;
  /** The run of `entry` has ended because the entry took too long. */
  runEnded(entry: EntryFacts): void;
  /** A lane has waited this long (ms) for the bffs to catch up. */
  waited(ms: number): void;
  /** A retraction was accepted although the bffs hadn't claimed it. */
  unclaimed(): void;
}
