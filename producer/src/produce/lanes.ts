import type { Doorbells } from './doorbells.ts';
import { Lane } from './lane.ts';

/** So long after a feed's last entry its highest finished number is announced once more. */
export const DOORBELL_AFTER_MS = 60_000;

/**
 * The lanes by feed, the longest unused first, and when their doorbells ring. An idle lane is kept, since a new run
 * for each notification would fill the feed's head; beyond `maxLanes` the longest unused idle one is forgotten.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #timers = new Map<Lane, NodeJS.Timeout>();
  readonly #doorbells: Doorbells;
  readonly #maxLanes: number;

  constructor(doorbells: Doorbells, maxLanes: number) {
    this.#doorbells = doorbells;
    this.#maxLanes = maxLanes;
  }

  get size(): number {
    return this.#lanes.size;
  }

  find(feed: string): Lane | undefined {
    return this.#lanes.get(feed);
  }

  /** The feed's lane, a new one if it has none. */
  of(feed: string): Lane {
    const lane = this.#lanes.get(feed) ?? new Lane(feed);
    this.#lanes.delete(feed);
    this.#lanes.set(feed, lane);
    if (this.#lanes.size > this.#maxLanes) this.#forgetOne(lane);
    return lane;
  }

  /** The lane has begun an entry: the doorbell can wait. */
  works(lane: Lane): void {
    clearTimeout(this.#timers.get(lane));
    this.#timers.delete(lane);
  }

  /** The lane has finished all that it had. */
  rests(lane: Lane): void {
    if (!lane.hasBell || this.#timers.has(lane)) return;
    this.#timers.set(
      lane,
      setTimeout(() => {
        this.#timers.delete(lane);
        this.#ring(lane);
      }, DOORBELL_AFTER_MS).unref(),
    );
  }

  /** Rings every doorbell that has not rung since its lane's last entry. */
  ringAll(): void {
    for (const lane of this.#lanes.values()) {
      this.works(lane);
      this.#ring(lane);
    }
  }

  #ring(lane: Lane): void {
    const bell = lane.takeBell();
    if (bell) this.#doorbells.ring(bell, () => lane.last !== bell);
  }

  #forgetOne(but: Lane): void {
    for (const lane of this.#lanes.values()) {
      if (lane === but || lane.isBusy || lane.hasWaiting) continue;
      this.works(lane);
      this.#ring(lane);
      this.#lanes.delete(lane.feed);
      return;
    }
  }
}
