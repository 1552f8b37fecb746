import type { AnyAnnouncement } from '@tocsin/contracts';
import type { AuditSink } from '@tocsin/service';
import type { Adapter } from 'socket.io-adapter';
import type { OnRefused } from '@tocsin/service';
import type {
  Broadcaster,
  Checkpoints,
  Copies,
  Entries,
  FeedLog,
  PositionProofs,
  SetAsideStore,
  StoreOrigin,
} from './deliver/ports.ts';
import type { PartitionHost } from './deliver/turn/partition-host.ts';
import type { AuditReader, Compose, SetAsideRecords, InstanceBoard } from './ops/ports.ts';
import type { ReaderChannel, ReaderStore } from './readers/ports.ts';
import type { FeedHost } from './deliver/turn/feed-host.ts';
import type { FeedTurnTaker, PartitionTurnTaker } from './deliver/turn/turn.ts';

/**
 * Messages that reach the application through its backend. Each handler resolves when its message is
 * processed.
 */
export interface Inbound {
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  onAnnouncement(data: unknown): Promise<unknown>;
  onDeadLetter(data: unknown): Promise<unknown>;
  onRefusedEvent(data: unknown): Promise<unknown>;
  /** Told of each call that is not from our own; nothing came of it. */
  onRefused: OnRefused;
}

/** Reports what the upkeep of Redis does. */
export interface StoreEvents {
  /** Called with the number of dead letters, or of records that were set aside, that a full store dropped for newer ones. */
  onDropped: (from: string, count: number) => void;
}

/** Where erased content is looked for. */
export type StoresWithContent = Pick<Backend, 'log' | 'setAside' | 'announceAgain' | 'readers'>;

/** Redis as this instance keeps it. */
export interface KeptStore {
  copies: Copies;
  stop(): void;
}

/** Everything that an instance talks to, except browsers. */
export interface Backend {
  log: FeedLog;
  checkpoints: Checkpoints;
  origin: StoreOrigin;
  entries: Entries;
  setAside: SetAsideStore;
  deadLetters: SetAsideRecords;
  board: InstanceBoard;
  compose: Compose;
  auditSink: AuditSink;
  auditReader: AuditReader;
  broadcaster: Broadcaster & ReaderChannel;
  /** Signs and checks the positions that instances send to each other. */
  proofs: PositionProofs;
  readers: ReaderStore;
  /** The backplane's socket.io adapter, if it has one. */
  socketAdapter?: ((namespace: never) => Adapter) | undefined;
  /** Starts keeping Redis within its limits, not through Dapr; absent without a connection to Redis. */
  keepStore?: ((events: StoreEvents) => KeptStore) | undefined;
  /** The memory that the backplane's Redis uses and may use, in bytes; absent where it has none. Rejects while Redis is away. */
  redisMemory?: (() => Promise<{ used: number; limit: number }>) | undefined;
  /** Takes a feed's turn where its host is; absent where every turn is taken here. */
  callFeedActor?: FeedTurnTaker;
  /** The same for a turn of a partition. */
  callPartitionActor?: PartitionTurnTaker;
  /** A secret of this application; `undefined` if it does not exist. */
  readSecret(name: string): Promise<string | undefined>;
  announceAgain(announcement: AnyAnnouncement): Promise<void>;
  /** Starts delivering messages. Resolves with the function that stops it. */
  receive(inbound: Inbound): Promise<() => Promise<void>>;
  /** Rejects with the reason why it cannot be used. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
