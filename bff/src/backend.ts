import type { AnnouncementQueue, AnyAnnouncement, ReceiptEvent, Receipts } from '@tocsin/contracts';
import type { Invoke } from './away/channels/binding/invoke.ts';
import type { ErasedFallbacks } from './away/fallbacks/register.ts';
import type { LinkProofs, WakeUps } from './away/ports.ts';
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
import type {
  AuditReader,
  Compose,
  InstanceBoard,
  Operate,
  PastHourStore,
  Probes,
  SetAsideRecords,
} from './ops/ports.ts';
import type { SearchPlace } from './ops/find/find-notification.ts';
import type { ReaderChannel, ReaderStore } from './readers/ports.ts';
import type { FeedHost } from './deliver/turn/feed-host.ts';
import type { FeedTurnTaker, PartitionTurnTaker } from './deliver/turn/turn.ts';

/** Handlers for the backend's messages. Each resolves once the message is processed. */
export interface Inbound {
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  onAnnouncement(data: unknown): Promise<unknown>;
  onDeadLetter(data: unknown): Promise<unknown>;
  onRefusedEvent(data: unknown): Promise<unknown>;
  /** Resolves with true once the wake-up is processed, or false if the name is unknown. */
  onWakeUp(name: string): Promise<boolean>;
  /**
   * Reads whether a notification was delivered, seen and read, and the state of its fallbacks. Rejects if any of this
   * can't be read.
   */
  receiptsOf(notification: { feed: string; id: string }): Promise<Receipts>;
  /** Reports each rejected call that didn't come from our own instances. Rejected calls have no effect. */
  onRefused: OnRefused;
}

/** Callbacks of the Redis upkeep, which trims streams and deletes erased content. */
export interface RedisUpkeepEvents {
  /** Called when a full stream or store drops messages or set-aside records to make room. */
  onDropped: (from: string, count: number) => void;
  /** Removes erased notifications from a reader's fallbacks. Called if the fallbacks still contain their content. */
  eraseFallbacks: (erased: ErasedFallbacks) => Promise<void>;
}

/** The stores to search for erased content. */
export type StoresWithContent = Pick<Backend, 'entries' | 'log' | 'setAside' | 'announceAgain' | 'readers'>;

/** This instance's Redis upkeep. */
export interface RedisUpkeep {
  copies: Copies;
  stop(): void;
}

/** Everything an instance talks to, except browsers. */
export interface Backend {
  log: FeedLog;
  checkpoints: Checkpoints;
  origin: StoreOrigin;
  entries: Entries;
  setAside: SetAsideStore;
  setAsideRecords: SetAsideRecords;
  board: InstanceBoard;
  past: PastHourStore;
  probes: Probes;
  compose: Compose;
  operate: Operate;
  auditSink: AuditSink;
  auditReader: AuditReader;
  broadcaster: Broadcaster & ReaderChannel;
  /** Signs and verifies the positions that instances send each other. */
  proofs: PositionProofs;
  readers: ReaderStore;
  /** Wakes an instance when a fallback is due. */
  wakeUps: WakeUps;
  invokeBinding: Invoke;
  /** Signs the links in messages. */
  linkProofs: LinkProofs;
  /** The backplane's socket.io adapter, if any. */
  socketAdapter?: ((namespace: never) => Adapter) | undefined;
  /** Starts the Redis upkeep over direct connections. Not set without Redis. */
  startRedisUpkeep?: ((events: RedisUpkeepEvents) => RedisUpkeep) | undefined;
  /**
   * Reads the memory usage and limit of the backplane's Redis server (bytes). Not set without Redis. Rejects while
   * Redis is unavailable.
   */
  redisMemory?: (() => Promise<{ used: number; limit: number }>) | undefined;
  /** Searches the waiting entries for a notification. Not set without Redis. Rejects while Redis is unavailable. */
  findWaiting?: SearchPlace | undefined;
  /**
   * Reads the number of unfinished announcements and the age of the oldest. Not set without Redis. Rejects while Redis
   * is unavailable.
   */
  announcementQueue?: (() => Promise<AnnouncementQueue>) | undefined;
  /** Runs a feed's turn on the feed's host. Not set if this instance runs every turn. */
  callFeedActor?: FeedTurnTaker;
  /** Runs a partition's turn on the partition's host. Not set if this instance runs every turn. */
  callPartitionActor?: PartitionTurnTaker;
  /** Reads one of this application's secrets; `undefined` if it does not exist. */
  readSecret(name: string): Promise<string | undefined>;
  announceAgain(announcement: AnyAnnouncement): Promise<void>;
  /** Publishes a receipt for other applications. Rejects unless the broker has accepted it. */
  publishReceipt(event: ReceiptEvent): Promise<void>;
  /** Starts delivering messages. Resolves with a function that stops it. */
  receive(inbound: Inbound): Promise<(limitMs: number) => Promise<void>>;
  /** Rejects with the reason if the backend can't be used. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
