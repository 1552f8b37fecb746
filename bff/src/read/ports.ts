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

/** What one reader's connections are told, wherever they are. */
export type ReaderEvent = { reader: string } & (
  { name: 'read'; event: ReadEvent } | { name: 'mutes'; event: MutesEvent }
);

/** Carries what concerns one reader to all instances, this one included. */
export interface ReaderChannel {
  /** Resolves when the carrier has taken the event; rejects when that is not known. */
  tell(event: ReaderEvent): Promise<void>;
  /** Calls `listener` with every event that reaches this instance. */
  onTold(listener: (event: ReaderEvent) => void): void;
}
