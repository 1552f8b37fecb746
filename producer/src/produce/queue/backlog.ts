import type { PartitionAnnouncement } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';

/** Maximum number of feeds in unclaimed entries, summed over the entries. A turn's cost grows with its feeds. */
export const MAX_FEEDS = 400;
export const MAX_ENTRIES = 64;
/** Interval in ms between two checks of an entry. Short compared with a turn over `MAX_FEEDS` feeds. */
const CHECK_EVERY_MS = 50;

export interface BacklogOptions {
  /** Resolves with true if the bffs have claimed the entry, and with false if not or if that is unknown. */
  isClaimed: (announcement: PartitionAnnouncement) => Promise<boolean>;
  /** The bffs count as away if an entry stays unclaimed for this long (ms). */
  awayAfterMs: number;
}

/**
 * A lane's announced entries that the bffs may not have claimed yet. A lane whose backlog is too long waits for the bffs,
 * so that what it accepts arrives soon. While the bffs are away, it accepts without waiting.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  /** In the order in which entries are claimed. */
  #announced: { announcement: PartitionAnnouncement; feeds: number }[] = [];
  #areBffsAway = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get isTooLong(): boolean {
    return this.#excess > 0;
  }

  add(announcement: PartitionAnnouncement, feeds: number): void {
    this.#announced.push({ announcement, feeds });
    if (this.#announced.length > MAX_ENTRIES) this.#announced.shift();
  }

  clear(): void {
    this.#announced = [];
  }

  /** Resolves once the backlog is short enough, or if the bffs are away. Never rejects. */
  async shrink(): Promise<void> {
    const startedAt = performance.now();
    for (let excess = this.#excess; excess > 0; excess = this.#excess) {
      const newest = this.#announced[excess - 1]?.announcement;
      if (!newest || (await this.#options.isClaimed(newest))) {
        this.#announced.splice(0, excess);
        this.#areBffsAway = false;
        continue;
      }
      this.#areBffsAway ||= performance.now() - startedAt >= this.#options.awayAfterMs;
      if (this.#areBffsAway) return;
      await pause(CHECK_EVERY_MS);
    }
  }

  /** The number of oldest entries that must be claimed before the others are within the limits. */
  get #excess(): number {
    let kept = 0;
    let feeds = 0;
    for (const { feeds: more } of this.#announced.toReversed()) {
      feeds += more;
      if (feeds >= MAX_FEEDS || kept + 1 >= MAX_ENTRIES) break;
      kept++;
    }
    return this.#announced.length - kept;
  }
}
