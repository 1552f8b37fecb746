import type { AuditPosition, InstanceSnapshot, Problem, SetAside } from '@tocsin/contracts';

/** Where all instances see each other's figures. Every method rejects when its outcome is not known. */
export interface InstanceBoard {
  /** Shows the snapshot to all for `SNAPSHOT_LIFE_SECONDS`. */
  post(snapshot: InstanceSnapshot): Promise<void>;
  read(): Promise<InstanceSnapshot[]>;
  withdraw(instance: string): Promise<void>;
}

/**
 * What the feeds have set aside, for a person to act on. `find` and `putBack` reject with a SetAsideError when it is
 * not there or cannot be taken.
 */
export interface DeadLetterBox {
  names(): Promise<string[]>;
  /** In the order of `names`, without those that are there no more. */
  records(names: readonly string[]): Promise<SetAside[]>;
  find(entry: string): Promise<SetAside>;
  putBack(record: SetAside): Promise<void>;
  remove(entry: string): Promise<void>;
}

/** Hands notifications to the producer; rejects when it did not answer. */
export type Compose = (body: unknown) => Promise<{ ids: string[] } | { problem: Problem }>;

export interface StoredAuditRecord {
  position: AuditPosition;
  /** As it is stored: an `AuditRecord`, unless another version or a stranger wrote it. */
  value: unknown;
}

/** The audit trail, for reading only. */
export interface AuditReader {
  /** The newest `limit` records, or those before a position; fewer only at the end. Rejects when it cannot be read. */
  read(before: AuditPosition | undefined, limit: number): Promise<StoredAuditRecord[]>;
}
