import type { Scheduled, DueWindowDocument } from '@tocsin/contracts';

/** Keeps schedules for any time ahead. Hands each over at its time, repeatedly until it is taken. */
export interface Jobs {
  /**
   * Resolves once `scheduled` is stored; its name is handed over at `at` (ms since 1970). A job that is already there
   * keeps its content. After a rejection the outcome is unknown.
   */
  set(name: string, at: number, scheduled: Scheduled): Promise<void>;
  /** The content of a job that was not taken over yet; `undefined` if there is none. */
  find(name: string): Promise<unknown>;
  /** Resolves once there is no job of that name. */
  remove(name: string): Promise<void>;
  /** Resolves once there is no job with that prefix. */
  removeAll(prefix: string): Promise<void>;
}

/** A change of the due window: its new index, and the documents to write and delete with it. */
export interface DueWindowChange {
  index: DueWindowDocument;
  put: ReadonlyMap<string, Scheduled>;
  remove: readonly string[];
}

/** Stores the due window, where all producers see it at once. */
export interface DueWindowStore {
  /** The index and its version; `undefined` before the first write. */
  readIndex(): Promise<{ index: DueWindowDocument; etag: string } | undefined>;
  /** The stored documents of the names, in their order; `undefined` for absent ones. */
  read(names: readonly string[]): Promise<unknown[]>;
  /** Writes index and documents together. Rejects if the index has another version, or if the outcome is unknown. */
  write(change: DueWindowChange, etag: string | undefined): Promise<void>;
}
