import type { Revocation } from '@tocsin/contracts';

/** The revocations in the store. Every method rejects if its outcome is unknown. */
export interface RevocationStore {
  /** The revocations in force; `undefined` if the store has never had any, or has lost them. */
  read(): Promise<Revocation[] | undefined>;
  /** Writes the revocations to a store that lost them; does nothing if the store has some. */
  restore(revocations: readonly Revocation[]): Promise<void>;
  /**
   * Revokes tokens issued at or before `before` (ms since 1970). If the subject has an earlier revocation, the later
   * time applies. Resolves with the revocation in force.
   */
  revoke(sub: string, before: number): Promise<Revocation>;
  /** Removes the subject's revocation. Resolves with false if there was none. */
  lift(sub: string): Promise<boolean>;
}
