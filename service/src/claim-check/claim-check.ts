import type { PartitionEntry } from '@tocsin/contracts';

/** The type of the Dapr component that holds the entries. `components/notification-entries.yaml` must be of it. */
export const CLAIM_CHECK_TYPE = 'bindings.redis';

/**
 * Holds the deposited entries until they are claimed. Every method rejects when its outcome is unknown.
 * `claimCheckSuite` tests each implementation.
 */
export interface ClaimCheck {
  /** Writes the entry under its key, with a time to live. Writing the same entry again is harmless. */
  deposit(entry: PartitionEntry): Promise<void>;
  /** The entry as JSON, left in place; `undefined` if it is absent. */
  peek(key: string): Promise<string | undefined>;
  /** Takes the entry away atomically: one of several callers gets it, the others get `undefined`. */
  pop(key: string): Promise<string | undefined>;
  /** Resolves if the store behind the component answers. */
  ready(): Promise<void>;
}
