import { LRUCache } from 'lru-cache';

const MAX_CHANGES = 1_000;

/**
 * Documents that were written, but whose change event could not be published. The next request for such a document
 * publishes the event, even if it changes nothing. Beyond 1,000, the oldest are forgotten; their readers see the change
 * when the document changes again.
 */
export class PendingChanges {
  readonly #keys = new LRUCache<string, true>({ max: MAX_CHANGES });

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Publishes a change, and remembers its key if that fails. */
  async publish(key: string, publish: () => Promise<void>): Promise<void> {
    this.#keys.delete(key);
    try {
      await publish();
    } catch (error) {
      this.#keys.set(key, true);
      throw error;
    }
  }
}
