import type { MutesEvent, ReadEvent } from '@tocsin/contracts';

export interface StoredDocument {
  value: unknown;
  etag: string;
}

/** Where documents of readers live. Every method rejects when its outcome is not known. */
export interface ReaderStore {
  read(key: string): Promise<StoredDocument | undefined>;
  /** Writes if the etag is still that (`undefined`: absent), for so many seconds (0: for ever); rejects if it is not. */
  write(key: string, value: object, etag: string | undefined, ttlSeconds: number): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/** What one reader's connections are told. */
export type ReaderEvent = { reader: string } & (
  { name: 'read'; event: ReadEvent } | { name: 'mutes'; event: MutesEvent }
);

/**
 * A document of a reader that has changed; who wants to know reads it. `version` tells it from other states of the
 * document, and is empty where that is not known.
 */
export type ReaderChange = { reader: string; version: string } & (
  { name: 'read'; feed: string } | { name: 'mutes' }
);

/** Carries to all instances, this one included, that something of a reader has changed. */
export interface ReaderChannel {
  /** Resolves when the carrier has taken the change; rejects when that is not known. */
  tell(change: ReaderChange): Promise<void>;
  /** Calls `listener` with every change that reaches this instance. */
  onTold(listener: (change: ReaderChange) => void): void;
}
