import type { Position } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';
import { isHigher } from '../../feed/position.ts';

const DEFAULT_MAX_FEEDS = 100_000;

/**
 * The highest position of each feed that this instance knows of: from broadcasts, from heads that it read, and from its
 * own commits. A head below its mark has been rolled back.
 *
 * The least recently used feeds are forgotten. An instance that forgot a feed notices a rollback of it only if one of
 * its views still has the feed's ring. An unknown position is never treated as 0.
 */
export class HighWaterMarks {
  readonly #positions: LRUCache<string, Position>;

  constructor(maxFeeds = DEFAULT_MAX_FEEDS) {
    // Unlike `max`, `maxSize` allocates no memory in advance.
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
