import type { Lane } from './lane.ts';
import { Turns } from './turns.ts';

/**
 * The lanes that have something waiting and nothing under way. Callers take turns: one that writes to thousands of feeds
 * does not keep the lanes of others from beginning.
 */
export class ReadyLanes {
  readonly #turns = new Turns<Lane>();

  /** Adds the lane for every caller that waits in it. */
  add(lane: Lane): void {
    for (const caller of lane.callers) this.#turns.add(caller, lane);
  }

  /** Takes out the lane whose turn it is. */
  next(): Lane | undefined {
    const lane = this.#turns.peek();
    if (!lane) return undefined;
    this.#turns.rotate();
    for (const caller of [...this.#turns.callers]) this.#turns.delete(caller, lane);
    return lane;
  }
}
