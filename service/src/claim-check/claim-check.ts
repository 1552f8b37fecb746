import type { PartitionEntry } from '@tocsin/contracts';

/** Type of the Dapr component that stores the entries. `components/notification-entries.yaml` must have this type. */
export const CLAIM_CHECK_TYPE = 'bindings.redis';

/**
 * Stores deposited entries until they are claimed. A method rejects if its outcome is unknown. `claimCheckSuite` tests
 * every implementation.
 */
export interface ClaimCheck {
  /** Writes the entry under its key, with a time to live. Writing the same entry again is harmless. */
  deposit(entry: PartitionEntry): Promise<void>;
  /** Reads the entry as JSON without removing it; `undefined` if it is absent. */
  peek(key: string): Promise<string | undefined>;
  /** Reads and removes the entry atomically: one of several callers gets it, the others get `undefined`. */
  pop(key: string): Promise<string | undefined>;
  /** Resolves if the store behind the component responds. */
  ready(): Promise<void>;
}
