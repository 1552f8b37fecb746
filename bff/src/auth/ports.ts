import type { Revocation } from '@tocsin/contracts';

/** The revocations in the store. Every method rejects when its outcome is not known. */
export interface RevocationStore {
  /** The revocations in force; `undefined` if the store has never had any. */
  read(): Promise<Revocation[] | undefined>;
  /** Writes them into a store that lost them; leaves one that has some as it is. */
  restore(revocations: readonly Revocation[]): Promise<void>;
  /** Resolves with the moment in force for the subject: the later of the two (ms since 1970). */
  revoke(sub: string, before: number): Promise<Revocation>;
  /** Resolves with whether the subject was revoked. */
  lift(sub: string): Promise<boolean>;
}
