import type { Position } from '@tocsin/contracts';
import { isHigher } from '../../feed/position.ts';

/** Feeds whose position is remembered when nothing else is said. */
const DEFAULT_MAX_FEEDS = 100_000;

/**
 * The highest position of each feed that this instance has heard of: in broadcasts, in heads that it read, in its
 * own commits. A head lower than that was rolled back.
 *
 * The feeds that were named longest ago are forgotten. That weakens one thing: a rollback of such a feed is noticed
 * only by an instance that remembers it, or that reads it, since a view compares with its own ring too. What is
 * forgotten is never taken for 0: nothing heard says nothing about a head.
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
