import type { DueWindowDocument, ScheduleIndexDocument, Scheduled } from '@tocsin/contracts';

/** Stores schedules for any time in the future. Offers each due schedule to a producer until one accepts it. */
export interface Jobs {
  /**
   * Resolves when `scheduled` is stored. If the call rejects, `scheduled` may have been stored anyway. An existing
   * job's content stays unchanged. The name is handed over at `at` (ms since 1970).
   */
  set(name: string, at: number, scheduled: Scheduled): Promise<void>;
  /** Returns a job's content, or `undefined` if the job doesn't exist or a producer has already taken it over. */
  find(name: string): Promise<unknown>;
  /** Resolves when no job with this name exists. */
  remove(name: string): Promise<void>;
  /** Resolves when no job with this prefix exists. */
  removeAll(prefix: string): Promise<void>;
}

/** A change to the due window: the new index, and the documents to write and delete with it. */
export interface DueWindowChange {
  index: DueWindowDocument;
  put: ReadonlyMap<string, Scheduled>;
  remove: readonly string[];
}

/** Stores the due window. All producers see each change immediately. */
export interface DueWindowStore {
  /** Returns the index and its version, or `undefined` before the first write. */
  readIndex(): Promise<{ index: DueWindowDocument; etag: string } | undefined>;
  /** Returns the stored documents in the order of `names`, or `undefined` for missing documents. */
  read(names: readonly string[]): Promise<unknown[]>;
  /**
   * Writes the index and the documents together. Rejects if the stored index has a different version, or if the write
   * may have failed.
   */
  write(change: DueWindowChange, etag: string | undefined): Promise<void>;
}

/** Stores the schedule index. All producers see each change immediately. */
export interface ScheduleIndexStore {
  /** Returns the documents with these numbers and their versions, or `undefined` for missing documents. */
  read(numbers: readonly number[]): Promise<({ value: unknown; etag: string } | undefined)[]>;
  /**
   * Writes a document that expires after `ttlSeconds`. Rejects if the stored document has a different version, or if
   * the write may have failed.
   */
  write(
    number: number,
    document: ScheduleIndexDocument,
    ttlSeconds: number,
    etag: string | undefined,
  ): Promise<void>;
}

/** Receives schedule events. Methods must not throw. */
export interface ScheduleObserver {
  scheduled(count: number): void;
  /** `lateMs`: delay from the first schedule's delivery time until all were deposited and announced. */
  fired(ids: readonly string[], lateMs: number): void;
  /** The step has failed and will be retried. */
  failed(step: 'look' | 'fire', error: unknown): void;
  /** A change to the schedule index failed, so the list on the ops page may be wrong. */
  unlisted(error: unknown): void;
  /** A stored schedule is unreadable and won't be delivered. */
  unreadable(content: unknown, faults: string): void;
  /** The contents of these due schedules are gone, so they won't be delivered. */
  lost(names: readonly string[]): void;
}
