import type { Position } from '@tocsin/contracts';
import type { ReaderChange } from './events/reader-change.ts';

export interface StoredDocument {
  value: unknown;
  etag: string;
}

/** Where a reader's own feed has published a notification whose fallbacks wait. */
export interface WaitingPosition {
  /** Its id in the feed. */
  id: string;
  /** Absent if unknown, for example if an earlier version stored the fallbacks. */
  at?: Position;
}

/**
 * The notifications of a reader's own feed whose marks are needed even if the history no longer has them. Rejects if
 * the store is unavailable.
 */
export type WaitingPositions = (reader: string) => Promise<readonly WaitingPosition[]>;

/** The store of readers' documents. Every method rejects if its outcome is unknown. */
export interface ReaderStore {
  read(key: string): Promise<StoredDocument | undefined>;
  /**
   * Writes the document for `ttlSeconds` (0: forever) if its etag is still `etag` (`undefined`: absent); otherwise
   * rejects.
   */
  write(key: string, value: object, etag: string | undefined, ttlSeconds: number): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/** Carries changes to readers' documents to all instances, this one included. */
export interface ReaderChannel {
  /** Resolves when the backplane has accepted the change; rejects when the outcome is unknown. */
  publish(change: ReaderChange): Promise<void>;
  onChange(listener: (change: ReaderChange) => void): void;
}
