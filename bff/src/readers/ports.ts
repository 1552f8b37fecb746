import type { ReaderChange } from './reader-change.ts';

export interface StoredDocument {
  value: unknown;
  etag: string;
}

/** The store of readers' documents. Every method rejects if its outcome is unknown. */
export interface ReaderStore {
  read(key: string): Promise<StoredDocument | undefined>;
  /** Writes if the etag is still that (`undefined`: absent), for so many seconds (0: for ever); rejects if it is not. */
  write(key: string, value: object, etag: string | undefined, ttlSeconds: number): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/** Carries changes of readers' documents to all instances, this one included. */
export interface ReaderChannel {
  /** Resolves when the backplane has taken the change; rejects when that is not known. */
  publish(change: ReaderChange): Promise<void>;
  onChange(listener: (change: ReaderChange) => void): void;
}
