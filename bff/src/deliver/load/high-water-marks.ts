import type { Position } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';
import { isHigher } from '../../feed/position.ts';

const DEFAULT_MAX_FEEDS = 100_000;

/**
 * The highest position that this instance has seen for each feed: in broadcasts, in heads, and in its own commits. A
 * head below its mark was rolled back.
 *
 * Forgets the least recently used feeds. After that, an instance notices a feed's rollback only if one of its views
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
