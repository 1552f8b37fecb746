import type { PartitionAnnouncement } from '@tocsin/contracts';
import { backOff, pause } from '@tocsin/contracts/pause';

/** A backlog is too long if its entries have this many feeds, counted for each entry. A turn's cost grows with its feeds. */
export const MAX_FEEDS = 400;
/** A backlog is also too long if it has this many entries, even if each has a single feed. */
export const MAX_ENTRIES = 64;
/** While the bffs are away, only this many of the latest entries are kept in mind. */
const MAX_KNOWN = 1_000;
/** Shortest and longest time between two checks (ms). A check transfers the entry if it's still there. */
const CHECK_MS = { first: 50, most: 400 };

export interface BacklogOptions {
  /** Resolves with true if the bffs have claimed the entry, and with false if not or if that's unknown. */
  isClaimed: (entry: PartitionAnnouncement) => Promise<boolean>;
  /** Longest wait after an entry (ms). */
  maxWaitMs: number;
}

/**
 * A lane's announced entries that the bffs may not have claimed yet. A lane whose backlog is too long waits for the bffs,
 * so that what it accepts arrives soon. If they claim nothing during a whole wait, they count as away: then the lane
 * doesn't wait until they claim entries again.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  /** In the order of their numbers, in which the bffs claim them. */
  #entries: { announcement: PartitionAnnouncement; feeds: number }[] = [];
  #feeds = 0;
  #areBffsAway = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get isTooLong(): boolean {
    return this.#feeds >= MAX_FEEDS || this.#entries.length >= MAX_ENTRIES;
  }

  add(announcement: PartitionAnnouncement, feeds: number): void {
    this.#entries.push({ announcement, feeds });
    this.#feeds += feeds;
    if (this.#entries.length > MAX_KNOWN) this.#drop(1);
  }

  clear(): void {
    this.#drop(this.#entries.length);
  }

  /**
   * Resolves once the backlog is short enough, after the longest wait or `limitMs`, or if the bffs are away. Returns the
   * time that it waited (ms), or 0 if it didn't pause. Never rejects.
   */
  async shrink(limitMs: number): Promise<number> {
    const startedAt = performance.now();
    const longest = startedAt + this.#options.maxWaitMs;
    const until = Math.min(longest, startedAt + limitMs);
    let hasMoved = false;
    let pauses = 0;
    while (this.isTooLong && performance.now() < until) {
      const claimed = await this.#countClaimed(until);
      this.#drop(claimed);
      if (claimed > 0) {
        hasMoved = true;
        this.#areBffsAway = false;
      }
      if (this.#areBffsAway || !this.isTooLong) break;
      const leftMs = Math.max(until - performance.now(), 0);
      await pause(Math.min(leftMs, backOff(pauses, CHECK_MS.first, CHECK_MS.most)));
      pauses++;
    }
    const now = performance.now();
    if (this.isTooLong && !hasMoved && now >= longest) this.#areBffsAway = true;
    return pauses > 0 ? now - startedAt : 0;
  }

  /**
   * Counts the oldest entries that are claimed, with a single check if these are all but the newest. Counts fewer if the
   * time left is too short for all checks.
   */
  async #countClaimed(until: number): Promise<number> {
    const isClaimed = (index: number) => {
      const entry = this.#entries[index];
      return entry ? this.#options.isClaimed(entry.announcement) : false;
    };
    const nextToLast = Math.max(this.#entries.length - 2, 0);
    if (await isClaimed(nextToLast)) return nextToLast + 1;
    if (nextToLast === 0 || !(await isClaimed(0))) return 0;
    let [claimed, unclaimed] = [1, nextToLast];
    while (claimed < unclaimed && performance.now() < until) {
      const middle = Math.floor((claimed + unclaimed) / 2);
      if (await isClaimed(middle)) claimed = middle + 1;
      else unclaimed = middle;
    }
    return claimed;
  }

  #drop(count: number): void {
    for (const { feeds } of this.#entries.splice(0, count)) this.#feeds -= feeds;
  }
}
