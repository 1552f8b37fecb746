import type { Lane } from './lane.ts';
import { Turns } from './turns.ts';

/**
 * The lanes that have items but no entry in progress. Callers take turns, so a caller that writes to thousands of feeds
 * doesn't delay other callers' lanes.
 */
export class ReadyLanes {
  readonly #turns = new Turns<Lane>();

  /** Adds the lane once for each caller with items in it. */
  add(lane: Lane): void {
    for (const caller of lane.callers) this.#turns.add(caller, lane);
  }

  /** Removes and returns the next lane. */
  next(): Lane | undefined {
    const lane = this.#turns.peek();
    if (!lane) return undefined;
    this.#turns.rotate();
    for (const caller of [...this.#turns.callers]) this.#turns.delete(caller, lane);
    return lane;
  }
}
