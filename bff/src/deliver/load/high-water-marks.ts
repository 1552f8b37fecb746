import type { Position } from '@tocsin/contracts';
import { isHigher } from '../../feed/position.ts';

/** Feeds whose position is remembered when nothing else is said. */
const DEFAULT_MAX_FEEDS = 100_000;

/**
 * The highest position of each feed that this instance has seen: in broadcasts, in heads that it read, and in
 * its own commits. A lower head was rolled back. The feeds named longest ago are forgotten. After that, only
 * an instance that remembers or reads such a feed notices its rollback, because a view also compares with its
 * own ring. An unknown position is never treated as 0.
 */
export class HighWaterMarks {
  readonly #positions = new Map<string, Position>();

  readonly #maxFeeds: number;

  constructor(maxFeeds = DEFAULT_MAX_FEEDS) {
    this.#maxFeeds = maxFeeds;
  }

  of(feed: string): Position | undefined {
    const position = this.#positions.get(feed);
    if (position) this.#remember(feed, position);
    return position;
  }

  raise(feed: string, { epoch, offset }: Position): void {
    const position = { epoch, offset };
    const before = this.#positions.get(feed);
    this.#remember(feed, before && !isHigher(position, before) ? before : position);
  }

  #remember(feed: string, position: Position): void {
    this.#positions.delete(feed);
    this.#positions.set(feed, position);
    if (this.#positions.size <= this.#maxFeeds) return;
    for (const oldest of this.#positions.keys()) {
      this.#positions.delete(oldest);
      return;
    }
  }
}
