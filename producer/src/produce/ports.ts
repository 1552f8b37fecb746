import type { EntryItem, PartitionAnnouncement, PartitionEntry } from '@tocsin/contracts';

/** Where entries wait for their partition. */
export interface EntryStore {
  /**
   * Writes the entry under its key. Resolves when the store has it; a rejection says nothing about the outcome.
   * Writing the same entry again is harmless.
   */
  deposit(entry: PartitionEntry): Promise<void>;
}

/** The doorbell of the partitions. */
export interface Announcer {
  /**
   * Says that an entry waits. Resolves when the broker has it; a rejection says nothing about the outcome.
   */
  announce(announcement: PartitionAnnouncement): Promise<void>;
}

/** `ring` is an announcement that is made once more. */
export type Step = 'deposit' | 'announce' | 'ring';

/** What a request to produce came to. All but `accepted` mean: any part of it may appear, so repeat it. */
export type Outcome = 'accepted' | 'late' | 'full' | 'stopping';

/** An entry's name, and its trace and size where they are known. */
export interface EntryFacts extends PartitionAnnouncement {
  traceparent?: string | undefined;
  notifications?: number;
  /** Bytes of JSON as the store holds them. */
  bytes?: number;
}

/** Told what happens; must not throw. */
export interface Observer {
  answered(outcome: Outcome, items: readonly EntryItem[]): void;
  done(step: Step, entry: EntryFacts): void;
  /** The step's outcome is not known; it is repeated. */
  failed(step: Step, entry: EntryFacts, error: unknown): void;
  /** `entry` was not finished in time, so its run is over. */
  runEnded(entry: EntryFacts): void;
}
