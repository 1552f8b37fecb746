import { isRetraction, type PartitionAnnouncement } from '@tocsin/contracts';
import { backOff, pause } from '@tocsin/contracts/pause';
import type { Batch } from './lane.ts';

/** Delay between two checks (ms), before jitter. Bffs normally claim an entry within a few dozen milliseconds. */
const CHECK_DELAY_MS = { initial: 20, max: 400 };
/** Part of a request's time limit that is left for its response. */
const RESERVED = 0.2;

export interface AcknowledgerOptions {
  /** Resolves with true if the bffs have claimed the entry, or with false if they haven't or if that's unknown. */
  isClaimed: (entry: PartitionAnnouncement) => Promise<boolean>;
  /** Called when retractions are acknowledged although the bffs haven't claimed them. */
  onUnclaimed: (count: number) => void;
  /** Maximum wait for the bffs (ms). */
  maxWaitMs: number;
  /** Time limit per request (ms). */
  requestTimeoutMs: number;
}

type Shares = Batch['shares'];

/** Requests whose entry may not be claimed yet. */
interface Waiter {
  readonly announcement: PartitionAnnouncement;
  /** Empty if the requests are already acknowledged, and the entry only shows when the bffs are back. */
  readonly shares: Shares;
  readonly timer: NodeJS.Timeout;
}

/**
 * Acknowledges the requests in a lane's announced entries. A request with a retraction waits until the bffs have claimed
 * its entry. From then on, feeds don't show the retracted id, whichever producer or run publishes it. Entries of
 * different runs have no order, so without the wait, the bffs could process that notification first. If they don't claim
 * an entry in time, they are considered down, and requests don't wait until the bffs have claimed a later entry.
 */
export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  /** In the order of the entries, which is the order in which the bffs claim them. */
  readonly #waiting = new Set<Waiter>();
  #areBffsDown = false;
  #isChecking = false;
  /** Ends the pause before the next check. */
  #endPause = new AbortController();
  #whenIdle: (() => void)[] = [];

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
  }

  acknowledge(announcement: PartitionAnnouncement, shares: Shares): void {
    const waiting: Shares[number][] = [];
    for (const share of shares) {
      if (share.part.items.some(isRetraction)) waiting.push(share);
      else finish([share]);
    }
    if (waiting.length === 0) return;
    const limitMs = this.#limitMs(waiting);
    if (!this.#areBffsDown && limitMs > 0) return this.#wait(announcement, waiting, limitMs);
    this.#finishUnclaimed(waiting);
    if (this.#waiting.size === 0) this.#wait(announcement, [], this.#options.maxWaitMs);
  }

  /** Resolves when no request is waiting for the bffs, which takes at most the maximum wait. */
  async idle(): Promise<void> {
    if (!this.#isIdle) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Acknowledges the waiting requests now. */
  stop(): void {
    for (const waiter of this.#waiting) this.#giveUp(waiter);
  }

  get #isIdle(): boolean {
    return [...this.#waiting].every(({ shares }) => shares.length === 0);
  }

  #wait(announcement: PartitionAnnouncement, shares: Shares, limitMs: number): void {
    const timer = setTimeout(() => {
      if (limitMs >= this.#options.maxWaitMs) this.#areBffsDown = true;
      this.#giveUp(waiter);
    }, limitMs);
    const waiter: Waiter = { announcement, shares, timer };
    this.#waiting.add(waiter);
    void this.#check();
  }

  /** Leaves enough time to respond to the oldest request. */
  #limitMs(shares: Shares): number {
    const { maxWaitMs, requestTimeoutMs } = this.#options;
    const oldest = Math.min(...shares.map(({ part }) => part.request.arrivedAt));
    return Math.min(maxWaitMs, oldest + (1 - RESERVED) * requestTimeoutMs - performance.now());
  }

  /** Checks whether the oldest entry is claimed, one check at a time, until no request is waiting. */
  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const { initial, max } = CHECK_DELAY_MS;
    let misses = 0;
    let delayMs = backOff(0, initial, max);
    for (let [oldest] = this.#waiting; oldest; [oldest] = this.#waiting) {
      this.#endPause = new AbortController();
      await pause(delayMs, this.#endPause.signal);
      const isClaimed = this.#waiting.has(oldest) && (await this.#options.isClaimed(oldest.announcement));
      misses = !isClaimed && this.#waiting.has(oldest) ? misses + 1 : 0;
      delayMs = isClaimed ? 0 : backOff(misses, initial, max);
      if (isClaimed) {
        this.#areBffsDown = false;
        if (this.#remove(oldest)) finish(oldest.shares);
      }
    }
    this.#isChecking = false;
  }

  #giveUp(waiter: Waiter): void {
    if (this.#remove(waiter)) this.#finishUnclaimed(waiter.shares);
  }

  #finishUnclaimed(shares: Shares): void {
    if (shares.length > 0) this.#options.onUnclaimed(shares.length);
    finish(shares);
  }

  #remove(waiter: Waiter): boolean {
    clearTimeout(waiter.timer);
    const wasWaiting = this.#waiting.delete(waiter);
    if (this.#waiting.size === 0) this.#endPause.abort();
    if (this.#isIdle) for (const resolve of this.#whenIdle.splice(0)) resolve();
    return wasWaiting;
  }
}

function finish(shares: Shares): void {
  for (const { part, count } of shares) part.request.finish(part, count);
}
