import type {
  AuditPosition,
  Dependency,
  InstanceSnapshot,
  Operation,
  PastInstance,
  Problem,
  SetAside,
} from '@tocsin/contracts';

/** The store through which instances share metrics. Methods reject if they fail or if their outcome is unknown. */
export interface InstanceBoard {
  /** Shares the instance's snapshot with all instances for `SNAPSHOT_LIFE_SECONDS`. */
  post(snapshot: InstanceSnapshot): Promise<void>;
  read(): Promise<InstanceSnapshot[]>;
  withdraw(instance: string): Promise<void>;
}

/**
 * The store for the instances' metrics of the past hour. Keeps at most `MAX_PAST_INSTANCES` and forgets the instances
 * that have been silent longest. Methods reject if they fail or if their outcome is unknown.
 */
export interface PastHourStore {
  /** Replaces the instance's stored metrics, and keeps them for `PAST_SECONDS`. */
  save(past: PastInstance): Promise<void>;
  find(instance: string): Promise<PastInstance | undefined>;
  read(): Promise<PastInstance[]>;
}

/**
 * Asks the producer to perform an operation. Resolves with the producer's response, or rejects if there is no response.
 */
export type Operate = (operation: Operation) => Promise<{ status: number; body: unknown }>;

/** A probe for each dependency that the instance has. Resolves if the dependency responds. */
export type Probes = Partial<Record<Dependency, () => Promise<unknown>>>;

/**
 * The set-aside records for operators. `find` and `putBack` reject with a SetAsideError if a record doesn't exist or is
 * still invalid.
 */
export interface SetAsideRecords {
  names(): Promise<string[]>;
  /** Resolves with the records in the order of `names`, skipping deleted records. */
  records(names: readonly string[]): Promise<SetAside[]>;
  find(entry: string): Promise<SetAside>;
  putBack(record: SetAside): Promise<void>;
  remove(entry: string): Promise<void>;
}

/** Sends notifications to the producer. Rejects if the producer doesn't respond. */
export type Compose = (body: unknown) => Promise<{ ids: string[] } | { problem: Problem }>;

export interface StoredAuditRecord {
  position: AuditPosition;
  /** As stored. An `AuditRecord` unless another version or an unrelated client wrote it. */
  value: unknown;
}

export interface AuditReader {
  /**
   * Returns the newest `limit` records or, if `before` is given, the newest `limit` records before that position.
   * Returns fewer only at the end of the trail. Rejects if the trail can't be read.
   */
  read(before: AuditPosition | undefined, limit: number): Promise<StoredAuditRecord[]>;
}
