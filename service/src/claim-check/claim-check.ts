import type { PartitionEntry } from '@tocsin/contracts';

/** Type of the Dapr component that stores the entries. `components/notification-entries.yaml` must have this type. */
export const CLAIM_CHECK_TYPE = 'bindings.redis';

/**
 * Stores deposited entries until they are claimed. If a method rejects, it may still have taken effect.
 * `claimCheckSuite` tests every implementation.
 */
export interface ClaimCheck {
  /** Writes the entry with a time to live. Safe to repeat with the same entry. */
  deposit(entry: PartitionEntry): Promise<void>;
  /** Reads the entry as JSON without removing it. Returns `undefined` if the entry doesn't exist. */
  peek(key: string): Promise<string | undefined>;
  /**
   * Atomically reads and removes the entry. If there are multiple callers, only one gets the entry, and all others get
   * `undefined`.
   */
  pop(key: string): Promise<string | undefined>;
  /** Resolves if the store behind the component responds. */
  ready(): Promise<void>;
}
