import type { Checkpoint, Head, Position, PublicationsEvent, SetAside } from '@tocsin/contracts';
import type { Erased } from './erase/erased-content.ts';
import type { FeedDocument } from '../feed/chain/chain.ts';

/** A stored head; `etag` counts the writes of its key. */
export interface StoredHead {
  head: Head;
  etag: number;
}

/** A head to be written, with the documents that it names and that are not there yet. */
export interface HeadWrite {
  feed: string;
  head: Head;
  /** The etag that the head must still have; 0: absent. */
  etag: number;
  documents: readonly FeedDocument[];
}

/** The store of the feeds' logs. Every method rejects if its outcome is unknown. */
export interface FeedLog {
  readHead(feed: string): Promise<StoredHead | undefined>;
  /** Documents in the order of `keys`; `undefined` where one is absent. */
  readDocuments(keys: readonly string[]): Promise<unknown[]>;
  /**
   * Writes heads, each after its documents and only if its etag fits. Rejects when one was refused or its outcome is not
   * known: each of the others may be written or not then, and documents may be there that no head names.
   */
  commit(writes: readonly HeadWrite[]): Promise<void>;
  removeDocuments(keys: readonly string[]): Promise<void>;
}

/** The store of the partitions' checkpoints. Every method rejects if its outcome is unknown. */
export interface Checkpoints {
  read(partition: number): Promise<{ checkpoint: Checkpoint; etag: number } | undefined>;
  /** Writes it if its etag is still `etag` (0: absent); else rejects. */
  write(partition: number, checkpoint: Checkpoint, etag: number): Promise<void>;
}

/** The store's mark from its first use. */
export interface StoreOrigin {
  /** The epoch in which its feeds begin: the same for all instances, another one when the store came back empty. */
  firstEpoch(): Promise<string>;
}

/** The deposited entries, by key. Every method rejects when its outcome is not known. */
export interface Entries {
  /** The entry as text, left where it is. */
  peek(key: string): Promise<string | undefined>;
  /** Takes the entry away, atomically: of several callers one gets it, the others `undefined`. */
  pop(key: string): Promise<string | undefined>;
}

/** Proves to other instances that a feed has come to a position, with a secret that all instances share. */
export interface PositionProofs {
  /** @throws Error as long as the secret is not known */
  of(feed: string, position: Position): string;
  /** Whether `proof` is our proof for this position; false without a proof. */
  hold(feed: string, position: Position, proof: string | undefined): boolean;
}

/** A broadcast: publications, and the proof that the feed has reached the last of them. */
export interface Broadcast extends PublicationsEvent {
  /** Missing from instances of 0.1.0. */
  proof?: string | undefined;
}

/** The position that a broadcast says the feed has come to. */
export const positionOf = ({ epoch, publications }: Broadcast): Position => ({
  epoch,
  offset: publications.at(-1)?.offset ?? 0,
});

/** Carries publications to the gateways of all instances, this one included. */
export interface Broadcaster {
  /** Resolves when the backplane has taken all events, in their order; rejects when that is not known. */
  broadcast(events: readonly Broadcast[]): Promise<void>;
  /** Calls `listener` with every event that reaches this instance, from any sender. */
  onEvent(listener: (event: Broadcast) => void): void;
}

/**
 * Keeps set-aside records for a person to inspect; beyond its limits, drops the oldest. Adding the same entry
 * again changes nothing.
 */
export interface SetAsideStore {
  add(record: SetAside): Promise<void>;
  /** Deletes the records of a feed. */
  erase(feed: string): Promise<void>;
  /** Writes a record anew, with other content. */
  put(record: SetAside): Promise<void>;
  remove(entry: string): Promise<void>;
}

/** Copies of notifications outside a feed's log and its set-aside records. */
export interface Copies {
  /** Resolves when the erasure is noted; the copies are then deleted within a minute. */
  erase(erased: Erased): Promise<void>;
}

/**
 * Deletes erased content outside the feed's log: everything of the feed, or retracted notifications. It is
 * repeated until it resolves, and nothing else is committed to the feed before.
 */
export type OnErased = (erased: Erased) => Promise<void>;

/** Steps of a turn at which a test may kill or delay the process. */
export type Step =
  'received' | 'loaded' | 'peeked' | 'committed' | 'popped' | 'broadcast' | 'checkpointed' | 'answered';
export type OnStep = (step: Step) => Promise<void>;
