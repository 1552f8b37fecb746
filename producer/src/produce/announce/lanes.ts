import type { ReAnnouncer } from './re-announcer.ts';
import { Lane } from '../queue/lane.ts';

/** So long after a lane's last entry its highest finished number is announced once more. */
export const DOORBELL_AFTER_MS = 60_000;

/** The lanes, one for each partition, and when their reAnnouncer ring. */
export class Lanes {
  readonly #lanes: readonly Lane[];
  readonly #timers = new Map<Lane, NodeJS.Timeout>();
  readonly #reAnnouncer: ReAnnouncer;

  constructor(reAnnouncer: ReAnnouncer, partitions: number) {
    this.#reAnnouncer = reAnnouncer;
    this.#lanes = Array.from({ length: partitions }, (_, partition) => new Lane(partition));
  }

  of(partition: number): Lane {
    const lane = this.#lanes[partition];
    if (!lane) throw new RangeError(`there is no partition ${partition}`);
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
    for (const lane of this.#lanes) {
      this.works(lane);
      this.#ring(lane);
    }
  }

  #ring(lane: Lane): void {
    const bell = lane.takeBell();
    if (bell) this.#reAnnouncer.ring(bell, () => lane.last !== bell);
  }
}
