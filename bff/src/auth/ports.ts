import type { Revocation } from '@tocsin/contracts';

/** The revocations in the store. Methods reject if they fail or if their outcome is unknown. */
export interface RevocationStore {
  /** Resolves with the revocations in force, or with `undefined` if the store never had any or has lost them. */
  read(): Promise<Revocation[] | undefined>;
  /** Writes the revocations to a store that lost them. No-op if the store has any. */
  restore(revocations: readonly Revocation[]): Promise<void>;
  /**
   * Revokes tokens issued at or before `before` (ms since 1970). If the subject is already revoked, the later time
   * wins. Resolves with the revocation in force.
   */
  revoke(sub: string, before: number): Promise<Revocation>;
  /** Removes the subject's revocation. Resolves with false if the subject wasn't revoked. */
  lift(sub: string): Promise<boolean>;
}
