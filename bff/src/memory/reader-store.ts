import { TemporaryError } from '../deliver/errors.ts';
import { ErasableStore, type StoredWrite } from '../readers/documents/erasable-store.ts';
import type { StoredDocument } from '../readers/ports.ts';

/** In-memory reader documents for tests and UI development. They don't expire. */
export class MemoryReaderStore extends ErasableStore {
  readonly #documents = new Map<string, { text: string; etag: number }>();

  override write(key: string, value: object, etag: string | undefined, ttlSeconds = 0): Promise<void> {
    return super.write(key, value, etag, ttlSeconds);
  }

  protected async readStored(key: string): Promise<StoredDocument | undefined> {
    const stored = this.#documents.get(key);
    return stored && { value: JSON.parse(stored.text) as unknown, etag: String(stored.etag) };
  }

  protected async writeStored(writes: readonly StoredWrite[]): Promise<void> {
    const refused: string[] = [];
    for (const { key, value, etag } of writes) {
      const stored = this.#documents.get(key);
      // As in Redis, a missing key accepts writes with any etag.
      if (stored && String(stored.etag) !== etag) refused.push(`${key}: its etag is not ${etag}`);
      else this.#documents.set(key, { text: JSON.stringify(value), etag: (stored?.etag ?? 0) + 1 });
    }
    if (refused.length > 0) throw new TemporaryError(`refused: ${refused.join('; ')}`);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#documents.delete(key);
  }
}
