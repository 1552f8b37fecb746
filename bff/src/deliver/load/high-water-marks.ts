import type { Position } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';
import { isHigher } from '../../feed/position.ts';

const DEFAULT_MAX_FEEDS = 100_000;

/**
 * The highest position that this instance has seen for each feed in broadcasts, heads and its own commits. A head below
 * the mark was rolled back.
 *
 * Forgets the least recently used feeds. A rollback of a forgotten feed is only detected if a view on this instance
 * still has the feed's ring. An unknown position is never treated as 0.
 */
export class HighWaterMarks {
  readonly #positions: LRUCache<string, Position>;

  constructor(maxFeeds = DEFAULT_MAX_FEEDS) {
    // Unlike `max`, `maxSize` doesn't preallocate memory.
    this.#positions = new LRUCache({ maxSize: maxFeeds, sizeCalculation: () => 1 });
  }

  of(feed: string): Position | undefined {
    return this.#positions.get(feed);
  }

  raise(feed: string, { epoch, offset }: Position): void {
    const before = this.#positions.get(feed);
    const position = { epoch, offset };
    if (!before || isHigher(position, before)) this.#positions.set(feed, position);
  }
}
