import { LRUCache } from 'lru-cache';
import type { ReaderStore } from '../ports.ts';
import { writeDocument, type DocumentWrite } from './write-document.ts';

const MAX_CHANGES = 1_000;

/**
 * Documents that were written, or may have been, but whose change event could not be published. The next request for
 * such a document publishes the event, even if it changes nothing. Beyond 1,000 documents, the oldest are forgotten;
 * their readers see the change when the document changes again.
 */
export class PendingChanges {
  readonly #keys = new LRUCache<string, true>({ max: MAX_CHANGES });

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Like `writeDocument`. If that rejects, the document may have been written, so its key is remembered. */
  write(store: ReaderStore, document: DocumentWrite): Promise<string | undefined> {
    return this.remember(document.key, () => writeDocument(store, document));
  }

  publish(key: string, publish: () => Promise<void>): Promise<void> {
    this.#keys.delete(key);
    return this.remember(key, publish);
  }

  /** Settles like `work`, and remembers the key if that rejects. */
  async remember<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#keys.set(key, true);
      throw error;
    }
  }
}
