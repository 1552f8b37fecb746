import type { Checkpoint, Head, Position, PublicationsEvent, SetAside } from '@tocsin/contracts';
import type { Erased } from './erase/erased-content.ts';
import type { FeedDocument } from '../feed/chain/chain.ts';

/** A stored head; `etag` counts the writes of its key. */
export interface StoredHead {
  head: Head;
  etag: number;
}

/** A head to write, with the documents that it references and that are not stored yet. */
export interface HeadWrite {
  feed: string;
  head: Head;
  /** The etag that the stored head must still have; 0 means absent. */
  etag: number;
  documents: readonly FeedDocument[];
}

/** The store of the feeds' logs. Every method rejects if its outcome is unknown. */
export interface FeedLog {
  readHead(feed: string): Promise<StoredHead | undefined>;
  /** Documents in the order of `keys`; `undefined` where one is absent. */
  readDocuments(keys: readonly string[]): Promise<unknown[]>;
  /**
   * Writes heads, each after its documents and only if its etag matches. Rejects when a head was refused or an outcome
   * is unknown. In that case, the other heads may or may not have been written, and documents may exist that no head
   * references.
   */
  commit(writes: readonly HeadWrite[]): Promise<void>;
  removeDocuments(keys: readonly string[]): Promise<void>;
}

/** The store of the partitions' checkpoints. Every method rejects if its outcome is unknown. */
export interface Checkpoints {
  read(partition: number): Promise<{ checkpoint: Checkpoint; etag: number } | undefined>;
  /** Writes the checkpoint if its etag is still `etag` (0 means absent); otherwise rejects. */
  write(partition: number, checkpoint: Checkpoint, etag: number): Promise<void>;
}

/** The origin of a store, written when the store is first used. */
export interface StoreOrigin {
  /**
   * The epoch in which the store's feeds begin. It is the same for all instances, and changes when the store comes
   * back empty.
   */
  firstEpoch(): Promise<string>;
}

/** The deposited entries, by key. Every method rejects if its outcome is unknown. */
export interface Entries {
  /** Reads the entry as text without removing it. */
  peek(key: string): Promise<string | undefined>;
  /** Removes and returns the entry atomically: of several callers, one gets it, and the others get `undefined`. */
  pop(key: string): Promise<string | undefined>;
}

/** Proves to other instances that a feed has reached a position, with a secret that all instances share. */
export interface PositionProofs {
  /** @throws Error while the secret is not known */
  of(feed: string, position: Position): string;
  /** Whether one of our instances made `proof` for this position; false without a proof. */
  verify(feed: string, position: Position, proof: string | undefined): boolean;
}

/** A broadcast: publications, and the proof that the feed has reached the last of them. */
export interface Broadcast extends PublicationsEvent {
  /** Absent in broadcasts from version 0.1.0. */
  proof?: string | undefined;
}

/** The feed's position after a broadcast. */
export const positionOf = ({ epoch, publications }: Broadcast): Position => ({
  epoch,
  offset: publications.at(-1)?.offset ?? 0,
});

/** Carries publications to the gateways of all instances, this one included. */
export interface Broadcaster {
  /** Resolves when the backplane has accepted all events, in order; rejects when the outcome is unknown. */
  broadcast(events: readonly Broadcast[]): Promise<void>;
  /** Calls `listener` with every event that reaches this instance, from any sender. */
  onEvent(listener: (event: Broadcast) => void): void;
}

/**
 * Keeps set-aside records for an operator to inspect; beyond its limits, drops the oldest. Adding the same entry again
 * changes nothing.
 */
export interface SetAsideStore {
  add(record: SetAside): Promise<void>;
  /** Deletes a feed's records. */
  erase(feed: string): Promise<void>;
  /** Overwrites a record with new content. */
  put(record: SetAside): Promise<void>;
  remove(entry: string): Promise<void>;
}

/** Copies of notifications outside a feed's log and its set-aside records. */
export interface Copies {
  /** Resolves when the erasure is recorded. The copies are then deleted within a minute. */
  erase(erased: Erased): Promise<void>;
}

/**
 * Deletes erased content outside the feed's log: everything of the feed, or retracted notifications. The call is
 * retried until it resolves; until then, nothing else is committed to the feed.
 */
export type OnErased = (erased: Erased) => Promise<void>;

/** Steps of a turn at which a test may kill or delay the process. */
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
