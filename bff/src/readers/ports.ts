import type { Position } from '@tocsin/contracts';
import type { ReaderChange } from './events/reader-change.ts';

export interface StoredDocument {
  value: unknown;
  etag: string;
}

/** A notification with waiting fallbacks in a reader's own feed. */
export interface WaitingPosition {
  /** The notification's id in the feed. */
  id: string;
  /** `undefined` if unknown, for example because an earlier version stored the fallbacks. */
  at?: Position;
}

/**
 * Returns the notifications in a reader's own feed that have waiting fallbacks. The marks of these notifications are
 * needed even after the notifications have left the history. Rejects if the store is unavailable.
 */
export type WaitingPositions = (reader: string) => Promise<readonly WaitingPosition[]>;

/** The store for readers' documents. Methods reject if they fail or if their outcome is unknown. */
export interface ReaderStore {
  read(key: string): Promise<StoredDocument | undefined>;
  /**
   * Writes the document for `ttlSeconds` (0: forever) if the stored etag is still `etag` (`undefined`: no document).
   * Otherwise rejects.
   */
  write(key: string, value: object, etag: string | undefined, ttlSeconds: number): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
  /** Like `remove`, but also makes the store refuse changes that read the documents before the erasure. */
  erase(keys: readonly string[]): Promise<void>;
  /**
   * Corrects a key's lifetime, which a refused write might have changed. If there is still no document, the key expires
   * soon. If a document has been stored in the meantime, it expires after `ttlSeconds`. Call after a refused write if
   * the document is missing and nothing else will be written.
   */
  restoreLifetime(key: string, ttlSeconds: number): Promise<void>;
}

/** Broadcasts changes to readers' documents to all instances, including this instance. */
export interface ReaderChannel {
  /** Resolves once the backplane has accepted the change. Rejects if we don't know whether it has. */
  publish(change: ReaderChange): Promise<void>;
  onChange(listener: (change: ReaderChange) => void): void;
}
