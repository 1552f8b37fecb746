import { createHash } from 'node:crypto';
import type { ApiKey, KnownKey } from '@tocsin/contracts';
import type { ApiKeys } from './callers.ts';

/** Where the producers keep which keys they know. */
export interface KnownKeysStore {
  /** `undefined` when nothing was written yet. Rejects when that cannot be told. */
  read(): Promise<{ keys: readonly KnownKey[]; etag: string } | undefined>;
  /** Rejects unless what is there is still what was read. */
  write(keys: readonly KnownKey[], etag: string | undefined): Promise<void>;
}

export interface KeyChange {
  action: 'key-created' | 'key-changed' | 'key-revoked';
  name: string;
}

export interface KeyWatchOptions {
  store: KnownKeysStore;
  onChange: (change: KeyChange) => void;
  /** Told why the keys could not be compared; they are again when they are read the next time. */
  onFault: (error: unknown) => void;
}

const ATTEMPTS = 5;
const digits = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const known = ({ name, hash, ...rights }: ApiKey): KnownKey => ({
  name,
  hash: hash.slice(0, 16),
  rights: digits(JSON.stringify(rights)),
});

/** What has to have happened to the keys between two looks at them. */
export function keyChanges(before: readonly KnownKey[], after: readonly KnownKey[]): KeyChange[] {
  const old = new Map(before.map((key) => [key.hash, key]));
  const changes: KeyChange[] = [];
  for (const { hash, name, rights } of after) {
    const was = old.get(hash);
    old.delete(hash);
    if (!was) changes.push({ action: 'key-created', name });
    else if (was.name !== name || was.rights !== rights) changes.push({ action: 'key-changed', name });
  }
  for (const { name } of old.values()) changes.push({ action: 'key-revoked', name });
  return changes;
}

/**
 * Notices keys that were created, changed or revoked, also while no producer ran. What all producers know is written
 * with its etag, so one of them tells of each change. A crash between that and the telling loses the change.
 */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  #compared = '';
  #work: Promise<void> = Promise.resolve();

  constructor(options: KeyWatchOptions) {
    this.#options = options;
  }

  /** Takes the keys as they were read just now, and gives them back. */
  see(keys: ApiKeys): ApiKeys {
    // The record of a revoked key stays, so that its owner is told why it is refused.
    const now = [...keys.values()].filter(({ revokedAt }) => revokedAt === undefined).map(known);
    this.#work = this.#work.then(() => this.#compare(now));
    return keys;
  }

  /** Resolves when all that was seen is compared. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Never rejects. */
  async #compare(now: readonly KnownKey[]): Promise<void> {
    const text = JSON.stringify(now);
    if (text === this.#compared) return;
    const { store, onChange, onFault } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        const stored = await store.read();
        const changes = keyChanges(stored?.keys ?? [], now);
        if (changes.length > 0 || !stored) await store.write(now, stored?.etag);
        for (const change of changes) onChange(change);
        this.#compared = text;
        return;
      } catch (error) {
        // Another producer wrote meanwhile, or the store is away: looked at again, then left for the next time.
        if (attempt === ATTEMPTS) return onFault(error);
      }
    }
  }
}
