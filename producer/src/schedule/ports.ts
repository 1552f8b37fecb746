import type { Scheduled, SoonIndex } from '@tocsin/contracts';

/** Keeps schedules of any distance, and hands each back at its time until it is taken. */
export interface Jobs {
  /**
   * Resolves when `scheduled` is kept, and its name will be handed back at `at` (ms since 1970); one of that name that is
   * there already stays as it is. A rejection says nothing about the outcome.
   */
  set(name: string, at: number, scheduled: Scheduled): Promise<void>;
  /** What is kept under that name, until it was taken over; `undefined` when there is none. */
  find(name: string): Promise<unknown>;
  /** Resolves when there is none of that name. */
  remove(name: string): Promise<void>;
  /** Resolves when there is none whose name begins so. */
  removeAll(prefix: string): Promise<void>;
}

/** One change of what is due soon: the index, and the documents that come and go with it. */
export interface DueWindowChange {
  index: SoonIndex;
  put: ReadonlyMap<string, Scheduled>;
  remove: readonly string[];
}

/** Keeps the schedules of the next minute, where all producers see them at once. */
export interface DueWindowStore {
  /** The index and its version; `undefined` before the first. */
  readIndex(): Promise<{ index: SoonIndex; etag: string } | undefined>;
  /** The documents of the names as they are stored, in their order; `undefined` where one is gone. */
  read(names: readonly string[]): Promise<unknown[]>;
  /** Writes as one unit if the index still has this version; rejects when that is not known or it has not. */
  write(change: DueWindowChange, etag: string | undefined): Promise<void>;
}
