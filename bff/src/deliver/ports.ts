import type { Checkpoint, Head, Position, PublicationsEvent, SetAside } from '@tocsin/contracts';
import type { Erased } from './erase/erased-content.ts';
import type { FeedDocument } from '../feed/chain/chain.ts';

/** A stored head; `etag` counts the writes to the head's key. */
export interface StoredHead {
  head: Head;
  etag: number;
}

/** A head to write, and any documents it references that aren't stored yet. */
export interface HeadWrite {
  feed: string;
  head: Head;
  /** The stored head's expected etag; 0 means no head. */
  etag: number;
  documents: readonly FeedDocument[];
}

/** The store for the feeds' logs. All methods reject if the outcome is unknown. */
export interface FeedLog {
  readHead(feed: string): Promise<StoredHead | undefined>;
  /** Returns the documents in the order of `keys`, with `undefined` for missing documents. */
  readDocuments(keys: readonly string[]): Promise<unknown[]>;
  /**
   * Writes the documents, and then each head if its etag matches. Rejects if a head was refused or an outcome is
   * unknown. In that case, other heads might have been written, and there might be unreferenced documents.
   */
  commit(writes: readonly HeadWrite[]): Promise<void>;
  removeDocuments(keys: readonly string[]): Promise<void>;
}

/** The store for the partitions' checkpoints. All methods reject if the outcome is unknown. */
export interface Checkpoints {
  read(partition: number): Promise<{ checkpoint: Checkpoint; etag: number } | undefined>;
  /** Writes the checkpoint if the stored etag is still `etag` (0 means no checkpoint); otherwise rejects. */
  write(partition: number, checkpoint: Checkpoint, etag: number): Promise<void>;
}

/** Records the epoch in which a store's feeds begin. The record is written when the store is first used. */
export interface StoreOrigin {
  /** Returns the epoch, which is the same for all instances. It changes if the store comes back empty. */
  firstEpoch(): Promise<string>;
}

/** Deposited entries by key. All methods reject if the outcome is unknown. */
export interface Entries {
  /** Reads the entry as text without removing it. */
  peek(key: string): Promise<string | undefined>;
  /** Atomically removes and returns the entry: only one caller gets it, all others get `undefined`. */
  pop(key: string): Promise<string | undefined>;
}

/** Proves to other instances that a feed has reached a position, using a secret that all instances share. */
export interface PositionProofs {
  /** @throws Error while the secret is unknown */
  of(feed: string, position: Position): string;
  /** Whether one of our own instances made `proof` for this position. False without a proof. */
  verify(feed: string, position: Position, proof: string | undefined): boolean;
}

/** Publications to broadcast, and a proof that the feed has reached the last one's position. */
export interface Broadcast extends PublicationsEvent {
  /** Not set in version 0.1.0 broadcasts. */
  proof?: string | undefined;
}

/** Returns the feed's position after the broadcast. */
export const positionOf = ({ epoch, publications }: Broadcast): Position => ({
  epoch,
  offset: publications.at(-1)?.offset ?? 0,
});

/** Carries publications to all instances' gateways, including this instance's. */
export interface Broadcaster {
  /** Resolves once the backplane has accepted all events in order; rejects if the outcome is unknown. */
  broadcast(events: readonly Broadcast[]): Promise<void>;
  /** Calls `listener` with every event that reaches this instance, from any sender. */
  onEvent(listener: (event: Broadcast) => void): void;
  /** Calls `listener` when this instance has missed events from other instances. */
  onGap(listener: () => void): void;
}

/** Stores set-aside records for operators to inspect. When full, drops the oldest. Re-adding an entry is a no-op. */
export interface SetAsideStore {
  add(record: SetAside): Promise<void>;
  /** Deletes a feed's records. */
  erase(feed: string): Promise<void>;
  /** Overwrites a record with new content. */
  put(record: SetAside): Promise<void>;
  remove(entry: string): Promise<void>;
}

/** Copies of notifications outside the feeds' logs, such as in Dapr's topic streams and in inboxes. */
export interface Copies {
  /** Resolves once the erasure is recorded. The copies are deleted within a minute after that. */
  erase(erased: Erased): Promise<void>;
}

/**
 * Deletes erased content outside the feed's log: all the feed's content, or retracted notifications. Retried until it
 * resolves. Until then, nothing else is committed to the feed. Skips the remaining steps once `isDue` resolves with
 * `false`: another host has completed the erasure, and anything that the reader has stored since then must stay.
 */
export type OnErased = (erased: Erased, isDue?: () => Promise<boolean>) => Promise<void>;

/** The steps of a turn at which tests can kill or delay the process. */
export type Step =
  | 'received'
  | 'loaded'
  | 'peeked'
  | 'committed'
  | 'popped'
  | 'broadcast'
  | 'checkpointed'
  | 'answered';
export type OnStep = (step: Step) => Promise<void>;
