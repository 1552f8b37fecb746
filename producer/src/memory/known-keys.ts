import type { KnownKey } from '@tocsin/contracts';
import { NotWrittenError, type KnownKeysStore } from '../auth/key-watch.ts';

export class MemoryKnownKeys implements KnownKeysStore {
  #stored: { keys: readonly KnownKey[]; etag: string } | undefined;

  async read(): Promise<{ keys: readonly KnownKey[]; etag: string } | undefined> {
    return this.#stored;
  }

  async write(keys: readonly KnownKey[], etag: string | undefined): Promise<void> {
    if (etag !== this.#stored?.etag)
      throw new NotWrittenError(
        'The stored keys have a different etag because they have changed since they were read.',
      );
    this.#stored = { keys, etag: String(Number(etag ?? 0) + 1) };
  }
}
