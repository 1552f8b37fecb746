import { headKey, type Head } from '@tocsin/contracts';
import { TemporaryError } from '../deliver/errors.ts';
import type { FeedLog, HeadWrite, StoredHead } from '../deliver/ports.ts';

/**
 * An in-memory log for tests and UI development. Like Dapr's Redis store, it can refuse a commit after applying part
 * of it. Documents don't expire.
 */
export class MemoryFeedLog implements FeedLog {
  readonly #values = new Map<string, { text: string; etag: number }>();

  async readHead(feed: string): Promise<StoredHead | undefined> {
    const stored = this.#values.get(headKey(feed));
    return stored && { head: JSON.parse(stored.text) as Head, etag: stored.etag };
  }

  async readDocuments(keys: readonly string[]): Promise<unknown[]> {
    return keys.map((key) => {
      const stored = this.#values.get(key);
      return stored && (JSON.parse(stored.text) as unknown);
    });
  }

  async commit(writes: readonly HeadWrite[]): Promise<void> {
    const refused: string[] = [];
    for (const { feed, head, etag, documents } of writes) {
      for (const { key, value } of documents) this.#values.set(key, { text: JSON.stringify(value), etag: 1 });
      const stored = this.#values.get(headKey(feed));
      // As in Redis, a missing key accepts writes with any etag, and versions restart at 1.
      if (stored && stored.etag !== etag) refused.push(`the head of ${feed}: its etag is no longer ${etag}`);
      else this.#values.set(headKey(feed), { text: JSON.stringify(head), etag: (stored?.etag ?? 0) + 1 });
    }
    if (refused.length > 0) throw new TemporaryError(`refused: ${refused.join('; ')}`);
  }

  async removeDocuments(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#values.delete(key);
  }
}
