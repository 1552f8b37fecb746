import { LRUCache } from 'lru-cache';

/** Maximum number of cached parts, across all feeds. A part has 200 ids, so this is 100,000 ids, or about 10 MB. */
const MAX_PARTS = 500;

/** Caches publication ids in parts. The id at an offset never changes within an epoch, so cached parts stay valid. */
export class PublishedIds {
  readonly #parts = new LRUCache<string, readonly string[]>({ max: MAX_PARTS });

  async part(
    { feed, epoch, first }: { feed: string; epoch: string; first: number },
    read: () => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const key = JSON.stringify([feed, epoch, first]);
    const ids = this.#parts.get(key) ?? (await read());
    this.#parts.set(key, ids);
    return ids;
  }
}
