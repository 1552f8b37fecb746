import type { Position } from '@tocsin/contracts';
import { isHigher } from '../feed/position.ts';

/**
 * The highest position of each feed that this instance has heard of: in broadcasts, in heads that it read, in its
 * own commits. A head lower than that was rolled back.
 */
export class Heard {
  readonly #positions = new Map<string, Position>();

  of(feed: string): Position | undefined {
    return this.#positions.get(feed);
  }

  hear(feed: string, { epoch, offset }: Position): void {
    const position = { epoch, offset };
    if (isHigher(position, this.#positions.get(feed))) this.#positions.set(feed, position);
  }
}
