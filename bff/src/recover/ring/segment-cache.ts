import type { Publication, SegmentReference } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';

const MAX_BYTES = 4 * 1024 * 1024;

interface CachedSegment {
  bytes: number;
  content: Promise<Publication[]>;
}

/**
 * Caches segments by key. Unlike the heads that reference them, segments never change. Concurrent calls share a read.
 */
export class SegmentCache {
  readonly #read: (keys: readonly string[]) => Promise<Publication[][]>;
  /** Created on the first read because most views never need segments. */
  #cache: LRUCache<string, CachedSegment> | undefined;

  constructor(read: (keys: readonly string[]) => Promise<Publication[][]>) {
    this.#read = read;
  }

  get bytes(): number {
    return this.#cache?.calculatedSize ?? 0;
  }

  /**
   * Returns the segments' publications in the given order. Rejects if a segment can't be read; the next call retries.
   */
  async read(references: readonly SegmentReference[]): Promise<Publication[][]> {
    if (references.length === 0) return [];
    const cache = (this.#cache ??= newCache());
    const contents = new Map<string, Promise<Publication[]>>();
    const missing = references.filter(({ key }) => {
      const cached = cache.get(key);
      if (cached) contents.set(key, cached.content);
      return !cached;
    });
    if (missing.length > 0) {
      const read = this.#read(missing.map(({ key }) => key));
      missing.forEach(({ key, bytes }, index) => {
        const content = read.then((all) => all[index] ?? []);
        content.catch(() => cache.delete(key));
        contents.set(key, content);
        cache.set(key, { bytes, content });
      });
    }
    return Promise.all(references.map(({ key }) => contents.get(key) ?? Promise.resolve([])));
  }
}

const newCache = (): LRUCache<string, CachedSegment> =>
  new LRUCache({ maxSize: MAX_BYTES, sizeCalculation: ({ bytes }) => Math.max(1, bytes) });
