import { TemporaryError } from '../deliver/errors.ts';
import type { ReaderStore, StoredDocument } from '../readers/ports.ts';

/** In-memory reader documents for tests and UI development. They don't expire. */
export class MemoryReaderStore implements ReaderStore {
  readonly #documents = new Map<string, { text: string; etag: number }>();

  async read(key: string): Promise<StoredDocument | undefined> {
    const stored = this.#documents.get(key);
    return stored && { value: JSON.parse(stored.text) as unknown, etag: String(stored.etag) };
  }

  async write(key: string, value: object, etag: string | undefined): Promise<void> {
    const stored = this.#documents.get(key);
    // As in Redis, a missing key accepts writes with any etag.
    if (stored && String(stored.etag) !== etag)
      throw new TemporaryError(`${key} was refused: its etag is not ${etag}`);
    this.#documents.set(key, { text: JSON.stringify(value), etag: (stored?.etag ?? 0) + 1 });
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#documents.delete(key);
  }
}
