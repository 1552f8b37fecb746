import { createHash } from 'node:crypto';
import type { ApiKey, KnownKey } from '@tocsin/contracts';
import type { ApiKeys } from './callers.ts';

/** Stores the keys as last seen by the producers. */
export interface KnownKeysStore {
  /** Returns the stored keys, or `undefined` before the first write. Rejects if they can't be read. */
  read(): Promise<{ keys: readonly KnownKey[]; etag: string } | undefined>;
  /**
   * Rejects if the stored version has a different etag. After any rejection other than a `NotWrittenError`, the keys
   * may have been written.
   */
  write(keys: readonly KnownKey[], etag: string | undefined): Promise<void>;
}

/** The store refused to write the keys. */
export class NotWrittenError extends Error {
  override readonly name = 'NotWrittenError';
}

export interface KeyChange {
  action: 'key-created' | 'key-changed' | 'key-revoked';
  name: string;
}

export interface KeyWatchOptions {
  store: KnownKeysStore;
  onChange: (change: KeyChange) => void;
  /** Called with the error when the keys could not be compared. The next read of the keys retries the comparison. */
  onError: (error: unknown) => void;
}

const ATTEMPTS = 5;
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const knownKeyOf = ({ name, hash, ...rights }: ApiKey): KnownKey => ({
  name,
  hash: hash.slice(0, 16),
  rights: shortHash(JSON.stringify(rights)),
});

export function keyChanges(before: readonly KnownKey[], after: readonly KnownKey[]): KeyChange[] {
  const remaining = new Map(before.map((key) => [key.hash, key]));
  const changes: KeyChange[] = [];
  for (const { hash, name, rights } of after) {
    const known = remaining.get(hash);
    remaining.delete(hash);
    if (!known) changes.push({ action: 'key-created', name });
    else if (known.name !== name || known.rights !== rights) changes.push({ action: 'key-changed', name });
  }
  for (const { name } of remaining.values()) changes.push({ action: 'key-revoked', name });
  return changes;
}

/**
 * Reports keys that were created, changed or revoked, including while no producer was running. All producers share a
 * stored version that's guarded by an etag, so each change is normally reported by exactly one producer. The report is
 * lost if that producer crashes between the write and the report. A producer that doesn't know whether a write
 * succeeded reports the changes once it finds its version in the store. If another producer has written the same
 * version, both report the changes.
 */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  /** The keys last compared with the stored version, as JSON. */
  #compared = '';
  /** A version that might have been written, and its changes to the keys. */
  #unconfirmed: { text: string; changes: KeyChange[] } | undefined;
  #work: Promise<void> = Promise.resolve();
  /** The newest keys, until their comparison begins. */
  #waiting: readonly KnownKey[] | undefined;

  constructor(options: KeyWatchOptions) {
    this.#options = options;
  }

  /** Compares newly read keys in the background. Returns them unchanged. */
  track(keys: ApiKeys): ApiKeys {
    // Skip revoked keys. Their records stay in the secret only so that callers can be told why their key was rejected.
    const current = [...keys.values()].filter(({ revokedAt }) => revokedAt === undefined).map(knownKeyOf);
    if (!this.#waiting) this.#work = this.#work.then(() => this.#compareNewest());
    this.#waiting = current;
    return keys;
  }

  /** Resolves when the newest keys seen so far have been compared. */
  settled(): Promise<void> {
    return this.#work;
  }

  async #compareNewest(): Promise<void> {
    const current = this.#waiting ?? [];
    this.#waiting = undefined;
    await this.#compare(current);
  }

  /** Compares the keys with the stored version and reports changes. Never rejects. */
  async #compare(current: readonly KnownKey[]): Promise<void> {
    const text = JSON.stringify(current);
    if (text === this.#compared) return;
    const { store, onChange, onError } = this.#options;
    for (let attempt = 1; ; attempt++) {
      let pending = this.#unconfirmed;
      try {
        const stored = await store.read();
        if (pending && JSON.stringify(stored?.keys) === pending.text) {
          this.#unconfirmed = undefined;
          for (const change of pending.changes) onChange(change);
          pending = undefined;
        }
        const changes = keyChanges(stored?.keys ?? [], current);
        if (changes.length > 0 || !stored) {
          this.#unconfirmed = { text, changes };
          await store.write(current, stored?.etag);
        }
        this.#unconfirmed = undefined;
        for (const change of changes) onChange(change);
        this.#compared = text;
        return;
      } catch (error) {
        // This write had no effect, but an earlier one with an unknown outcome may still take effect.
        if (error instanceof NotWrittenError) this.#unconfirmed = pending;
        // Another producer may have written first, or the store is unavailable. Retry, then wait for the next read.
        if (attempt === ATTEMPTS) return onError(error);
      }
    }
  }
}
