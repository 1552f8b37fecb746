import { LRUCache } from 'lru-cache';
import type { ReaderStore } from '../ports.ts';
import { writeDocument, type DocumentWrite } from './write-document.ts';

const MAX_CHANGES = 1_000;

/**
 * Documents with an unpublished change event: the document was (or might have been) written, but publishing the event
 * failed. The next request for the document publishes the event, even if the request doesn't change anything. Remembers
 * up to 1,000 documents, and then forgets the oldest. If a change is forgotten, open pages learn of it only when the
 * document changes again.
 */
export class PendingChanges {
  readonly #keys = new LRUCache<string, true>({ max: MAX_CHANGES });

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Like `writeDocument`. Remembers the key if the write rejects, since the document might have been written. */
  write(store: ReaderStore, document: DocumentWrite): Promise<string | undefined> {
    return this.remember(document.key, () => writeDocument(store, document));
  }

  publish(key: string, publish: () => Promise<void>): Promise<void> {
    this.#keys.delete(key);
    return this.remember(key, publish);
  }

  /** Settles like `work`. Remembers the key if `work` rejects. */
  async remember<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#keys.set(key, true);
      throw error;
    }
  }
}
