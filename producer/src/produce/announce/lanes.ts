import type { ReAnnouncer } from './re-announcer.ts';
import { Lane } from '../queue/lane.ts';

/** Delay in ms between a lane's last entry and its repeated announcement. */
export const REPEAT_AFTER_MS = 60_000;

/** Holds a lane per partition, and the timers for repeated announcements. */
export class Lanes {
  readonly #lanes: readonly Lane[];
  readonly #timers = new Map<Lane, NodeJS.Timeout>();
  readonly #reAnnouncer: ReAnnouncer;

  constructor(reAnnouncer: ReAnnouncer, partitions: number) {
    this.#reAnnouncer = reAnnouncer;
    this.#lanes = Array.from({ length: partitions }, (_, partition) => new Lane(partition));
  }

  laneFor(partition: number): Lane {
    const lane = this.#lanes[partition];
    if (!lane) throw new RangeError(`Partition ${partition} does not exist.`);
    return lane;
  }

  /** Call when the lane starts an entry. Cancels the previous entry's repeated announcement. */
  onBegin(lane: Lane): void {
    clearTimeout(this.#timers.get(lane));
    this.#timers.delete(lane);
  }

  /** Call when the lane runs out of work. Schedules a repeated announcement of the last entry. */
  onIdle(lane: Lane): void {
    if (!lane.needsRepetition || this.#timers.has(lane)) return;
    this.#timers.set(
      lane,
      setTimeout(() => {
        this.#timers.delete(lane);
        this.#repeat(lane);
      }, REPEAT_AFTER_MS).unref(),
    );
  }

  /** Repeats all pending announcements immediately. */
  repeatAll(): void {
    for (const lane of this.#lanes) {
      this.onBegin(lane);
      this.#repeat(lane);
    }
  }

  #repeat(lane: Lane): void {
    const announcement = lane.takeRepetition();
    if (announcement) this.#reAnnouncer.repeat(announcement, () => lane.last !== announcement);
  }
}
