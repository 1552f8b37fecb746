import type { KnownKey } from '@tocsin/contracts';
import type { KnownKeysStore } from '../auth/key-watch.ts';

/** Kept in this process's memory, gone with it: for tests of our own rules and for work on the ui. */
export class MemoryKnownKeys implements KnownKeysStore {
  #stored: { keys: readonly KnownKey[]; etag: string } | undefined;

  async read(): Promise<{ keys: readonly KnownKey[]; etag: string } | undefined> {
    return this.#stored;
  }

  async write(keys: readonly KnownKey[], etag: string | undefined): Promise<void> {
    if (etag !== this.#stored?.etag) throw new Error('other keys were written meanwhile');
    this.#stored = { keys, etag: String(Number(etag ?? 0) + 1) };
  }
}
