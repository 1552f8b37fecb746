import { isErasure, isRetraction, type EntryItem, type PartitionAnnouncement } from '@tocsin/contracts';
import { backOff, pause } from '@tocsin/contracts/pause';
import type { Batch } from './lane.ts';

/** Delay between two checks (ms), before jitter. Bffs normally claim an entry within a few dozen milliseconds. */
const CHECK_DELAY_MS = { initial: 20, max: 400 };
/** Fraction of a request's time limit that is reserved for the response. */
const RESERVED = 0.2;
/** While the bffs are down, how long (ms) to check whether they have claimed an entry. No request waits for that. */
const PROBE_MS = 2_000;

export interface AcknowledgerOptions {
  /** Resolves with true only if the bffs are known to have claimed the entry, and otherwise with false. */
  isClaimed: (entry: PartitionAnnouncement) => Promise<boolean>;
  /** Called when a retraction or an erasure is acknowledged although the bffs haven't claimed it. */
  onUnclaimed: () => void;
  /** Maximum wait for the bffs (ms). */
  maxWaitMs: number;
  /** Time limit per request (ms). */
  requestTimeoutMs: number;
}

type Share = Batch['shares'][number];

/** A request that waits for its entry to be claimed. */
interface Waiter {
  readonly announcement: PartitionAnnouncement;
  /** `undefined` if the entry is only watched to see whether the bffs are back. */
  readonly share: Share | undefined;
  readonly timer: NodeJS.Timeout;
}

/**
 * Whether the response must wait until the bffs have claimed the item's entry. That is necessary for retractions and
 * erasures: the bffs must process them before anything that any producer publishes after the response.
 */
const mustBeClaimed = (item: EntryItem): boolean => isRetraction(item) || isErasure(item);

/**
 * Acknowledges the requests in a lane's announced entries. A request with a retraction or an erasure waits until the
 * bffs have claimed its entry. The bffs can process entries of different runs in any order. Without the wait, they
 * could show a notification before they process its retraction, or an earlier erasure could remove a later
 * notification. If the bffs don't claim an entry in time, they are considered down until they claim a later one. In the
 * meantime, requests don't wait.
 */
export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  /** Sorted by entry, in the order in which the bffs claim entries. */
  readonly #waiting = new Set<Waiter>();
  /** Number of waiters with a request. */
  #requests = 0;
  #areBffsDown = false;
  #isStopped = false;
  #isChecking = false;
  /** Ends the pause before the next check. */
  #endPause = new AbortController();
  #whenIdle: (() => void)[] = [];

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
  }

  acknowledge(announcement: PartitionAnnouncement, shares: readonly Share[]): void {
    for (const share of shares) {
      if (this.#isStopped || !share.part.items.some(mustBeClaimed)) {
        finish(share);
        continue;
      }
      const limitMs = this.#limitMs(share);
      if (!this.#areBffsDown && limitMs > 0) this.#wait(announcement, share, limitMs);
      else {
        this.#finishUnclaimed(share);
        if (this.#areBffsDown && this.#waiting.size === 0) this.#wait(announcement, undefined, PROBE_MS);
      }
    }
  }

  /** Resolves when no request is waiting for the bffs, at the latest after the maximum wait. */
  async idle(): Promise<void> {
    if (this.#requests > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Acknowledges the waiting requests now, and later ones without a wait. */
  stop(): void {
    this.#isStopped = true;
    for (const waiter of this.#waiting) this.#giveUp(waiter);
  }

  #wait(announcement: PartitionAnnouncement, share: Share | undefined, limitMs: number): void {
    const timer = setTimeout(() => {
      if (limitMs >= this.#options.maxWaitMs) this.#areBffsDown = true;
      this.#giveUp(waiter);
    }, limitMs);
    const waiter: Waiter = { announcement, share, timer };
    this.#waiting.add(waiter);
    if (share) this.#requests++;
    void this.#check();
  }

  /** How long the request may wait for the bffs (ms). Leaves enough time to respond to it. */
  #limitMs({ part: { request } }: Share): number {
    const { maxWaitMs, requestTimeoutMs } = this.#options;
    return Math.min(maxWaitMs, request.arrivedAt + (1 - RESERVED) * requestTimeoutMs - performance.now());
  }

  /**
   * Checks repeatedly whether the oldest waiting entry is claimed, until none is waiting. If that entry's request gives
   * up, checks the entry once more, because the bffs may have claimed it in the meantime.
   */
  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const { initial, max } = CHECK_DELAY_MS;
    let misses = 0;
    let delayMs = backOff(0, initial, max);
    for (let [oldest] = this.#waiting; oldest; [oldest] = this.#waiting) {
      this.#endPause = new AbortController();
      await pause(delayMs, this.#endPause.signal);
      const isClaimed = !this.#isStopped && (await this.#options.isClaimed(oldest.announcement));
      misses = !isClaimed && this.#waiting.has(oldest) ? misses + 1 : 0;
      delayMs = isClaimed ? 0 : backOff(misses, initial, max);
      if (isClaimed) this.#onClaimed(oldest.announcement);
    }
    this.#isChecking = false;
  }

  #onClaimed({ run, seq }: PartitionAnnouncement): void {
    this.#areBffsDown = false;
    for (const waiter of this.#waiting) {
      if (waiter.announcement.run !== run || waiter.announcement.seq !== seq) return;
      this.#remove(waiter);
      if (waiter.share) finish(waiter.share);
    }
  }

  #giveUp(waiter: Waiter): void {
    this.#remove(waiter);
    this.#endPause.abort();
    if (waiter.share) this.#finishUnclaimed(waiter.share);
  }

  #finishUnclaimed(share: Share): void {
    const { arrivedAt } = share.part.request;
    const isLate = performance.now() - arrivedAt >= this.#options.requestTimeoutMs;
    if (!isLate) this.#options.onUnclaimed();
    finish(share);
  }

  #remove(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.#waiting.delete(waiter);
    if (waiter.share) this.#requests--;
    if (this.#requests === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

const finish = ({ part, count }: Share): void => part.request.finish(part, count);
