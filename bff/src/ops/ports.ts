import type {
  AuditPosition,
  Dependency,
  InstanceSnapshot,
  Operation,
  PastInstance,
  Problem,
  SetAside,
} from '@tocsin/contracts';

/** The store in which instances share their metrics. Every method rejects if its outcome is unknown. */
export interface InstanceBoard {
  /** Shows the snapshot to all instances for `SNAPSHOT_LIFE_SECONDS`. */
  post(snapshot: InstanceSnapshot): Promise<void>;
  read(): Promise<InstanceSnapshot[]>;
  withdraw(instance: string): Promise<void>;
}

/**
 * The store of the instances' metrics for the past hour. Beyond `MAX_PAST_INSTANCES`, those that have been silent
 * longest are forgotten. Every method rejects if its outcome is unknown.
 */
export interface PastBoard {
  /** Keeps the document for `PAST_SECONDS`, and replaces the previous one. */
  keep(past: PastInstance): Promise<void>;
  find(instance: string): Promise<PastInstance | undefined>;
  read(): Promise<PastInstance[]>;
}

/** Asks the producer to carry out an operation. Resolves with its response; rejects if it does not respond. */
export type Operate = (operation: Operation) => Promise<{ status: number; body: unknown }>;

/** Each probe resolves if its dependency answers. An instance without a dependency has no probe for it. */
export type Probes = Partial<Record<Dependency, () => Promise<unknown>>>;

/**
 * The set-aside records, for an operator to act on. `find` and `putBack` reject with a SetAsideError if a record does
 * not exist or is still invalid.
 */
export interface SetAsideRecords {
  names(): Promise<string[]>;
  /** The records in the order of `names`, without deleted ones. */
  records(names: readonly string[]): Promise<SetAside[]>;
  find(entry: string): Promise<SetAside>;
  putBack(record: SetAside): Promise<void>;
  remove(entry: string): Promise<void>;
}

/** Sends notifications to the producer. Rejects if the producer does not answer. */
export type Compose = (body: unknown) => Promise<{ ids: string[] } | { problem: Problem }>;

export interface StoredAuditRecord {
  position: AuditPosition;
  /** The stored form: an `AuditRecord`, unless another version or a foreign client wrote it. */
  value: unknown;
}

export interface AuditReader {
  /**
   * The newest `limit` records, or the newest before a position; fewer only at the end of the trail. Rejects when the
   * trail cannot be read.
   */
  read(before: AuditPosition | undefined, limit: number): Promise<StoredAuditRecord[]>;
}
