import type { Receipts, RefusedEvent } from '@tocsin/contracts';
import type { AuditSink, ActiveSubscription, Signer } from '@tocsin/service';
import type { KeyUseStore } from './auth/key-uses.ts';
import type { KnownKeysStore } from './auth/key-watch.ts';
import type { Announcer, EntryStore } from './produce/ports.ts';
import type { DueWindowStore, Jobs, ScheduleIndexStore } from './schedule/ports.ts';

/** All external services that the producer calls. */
export interface Backend {
  entries: EntryStore;
  announcer: Announcer;
  dueWindowStore: DueWindowStore;
  scheduleIndexStore: ScheduleIndexStore;
  keyUses: KeyUseStore;
  auditSink: AuditSink;
  knownKeys: KnownKeysStore;
  /** Creates the job store. The in-memory store calls `handOver` for each due job; Dapr calls `/job/<name>` instead. */
  createJobs(handOver: (name: string) => Promise<unknown>): Jobs;
  /** Returns an application secret. If it isn't set, returns `undefined` or rejects, depending on the secret store. */
  readSecret(name: string): Promise<string | undefined>;
  /** Returns the subscriptions that deliver to this process. */
  subscriptions(): Promise<readonly ActiveSubscription[]>;
  /** Publishes a rejected event to the bff, which stores it for an operator. */
  refuse(refused: RefusedEvent): Promise<void>;
  /** Requests a notification's receipts from a bff. Rejects if no bff responds. */
  fetchReceipts(named: { feed: string; id: string }, signer: Signer): Promise<Receipts>;
  /** Rejects if the backend is unusable; the error gives the reason. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
