import type { PartitionAnnouncement } from '@tocsin/contracts';
import { backOff, pause } from '@tocsin/contracts/pause';

/** A backlog is too long if the feed counts of its entries add up to this number. More feeds make a turn slower. */
export const TOO_MANY_FEEDS = 400;
/** A backlog is also too long if it has this many entries, even if each has a single feed. */
export const TOO_MANY_ENTRIES = 64;
/** Maximum number of entries in a backlog. If there are more, for example while the bffs are down, drops the oldest. */
const MAX_BACKLOG = 1_000;
/** Delay between two checks (ms), before jitter. A check transfers the entry's content if it isn't claimed yet. */
const CHECK_DELAY_MS = { initial: 50, max: 400 };

export interface BacklogOptions {
  /** Resolves with true only if the bffs are known to have claimed the entry, and otherwise with false. */
  isClaimed: (entry: PartitionAnnouncement) => Promise<boolean>;
  /** Maximum wait after an entry (ms). */
  maxWaitMs: number;
}

/**
 * A lane's announced entries that the bffs may not have claimed yet. A lane whose backlog is too long waits for the
 * bffs, so that accepted notifications arrive soon. If the bffs claim nothing during a full wait, they are considered
 * down until they claim entries again. In the meantime, the lane doesn't wait.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  /** Sorted by `seq`, the order in which the bffs claim them. */
  #entries: { announcement: PartitionAnnouncement; feeds: number }[] = [];
  #feeds = 0;
  #areBffsDown = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get isTooLong(): boolean {
    return this.#feeds >= TOO_MANY_FEEDS || this.#entries.length >= TOO_MANY_ENTRIES;
  }

  add(announcement: PartitionAnnouncement, feeds: number): void {
    this.#entries.push({ announcement, feeds });
    this.#feeds += feeds;
    if (this.#entries.length > MAX_BACKLOG) this.#drop(1);
  }

  clear(): void {
    this.#drop(this.#entries.length);
  }

  /**
   * Resolves once the backlog is short enough, or when the maximum wait or `limitMs` has passed. If the first check
   * shows that the bffs are still down, resolves immediately. Returns how long it waited (ms), or 0 if it didn't pause
   * between checks. Never rejects.
   */
  async shrink(limitMs: number): Promise<number> {
    const startedAt = performance.now();
    const fullWaitEnd = startedAt + this.#options.maxWaitMs;
    const deadline = Math.min(fullWaitEnd, startedAt + limitMs);
    let hasClaimed = false;
    let pauses = 0;
    while (this.isTooLong && performance.now() < deadline) {
      const claimed = await this.#countClaimed(deadline);
      this.#drop(claimed);
      if (claimed > 0) {
        hasClaimed = true;
        this.#areBffsDown = false;
      }
      if (this.#areBffsDown || !this.isTooLong) break;
      const leftMs = Math.max(deadline - performance.now(), 0);
      await pause(Math.min(leftMs, backOff(pauses, CHECK_DELAY_MS.initial, CHECK_DELAY_MS.max)));
      pauses++;
    }
    const now = performance.now();
    if (this.isTooLong && !hasClaimed && now >= fullWaitEnd) this.#areBffsDown = true;
    return pauses > 0 ? now - startedAt : 0;
  }

  /**
   * Counts the claimed entries, which are the oldest. Never counts the newest of several entries. First checks the
   * second-newest entry: normally, it is claimed, and no other check is needed. Otherwise, uses a binary search, which
   * counts too few entries if the deadline passes.
   */
  async #countClaimed(deadline: number): Promise<number> {
    const isClaimed = (index: number) => {
      const entry = this.#entries[index];
      return entry ? this.#options.isClaimed(entry.announcement) : false;
    };
    const nextToLast = Math.max(this.#entries.length - 2, 0);
    if (await isClaimed(nextToLast)) return nextToLast + 1;
    if (nextToLast === 0 || !(await isClaimed(0))) return 0;
    let [claimed, unclaimed] = [1, nextToLast];
    while (claimed < unclaimed && performance.now() < deadline) {
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
