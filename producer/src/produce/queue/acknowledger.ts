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
  /** Maximum wait for the bffs (ms). */
  maxWaitMs: number;
  /** Time limit per request (ms). */
  requestTimeoutMs: number;
}

type Shares = Batch['shares'];

/**
 * Acknowledges the requests in a lane's announced entries. A request with a retraction waits until the bffs have
 * claimed its entry. From then on, feeds don't show the retracted id, whichever producer or run publishes it. Entries of
 * different runs have no order, so without the wait, the bffs could process that notification first. If they don't claim
 * an entry in time, they are considered down until they do, and requests don't wait in the meantime.
 */
export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  /** Functions that finish the requests that are waiting for the bffs. */
  readonly #waiting = new Set<() => void>();
  /** The entry that the bffs last failed to claim in time. */
  #unclaimed: PartitionAnnouncement | undefined;
  #stopping = false;

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
  }

  acknowledge(announcement: PartitionAnnouncement, shares: Shares): void {
    const waiting = this.#stopping ? [] : shares.filter(({ part }) => part.items.some(isRetraction));
    finish(shares.filter((share) => !waiting.includes(share)));
    if (waiting.length > 0) void this.#acknowledgeOnceClaimed(announcement, waiting);
  }

  /** Acknowledges all requests, now and from now on, without waiting for the bffs. */
  stop(): void {
    this.#stopping = true;
    for (const end of this.#waiting) end();
  }

  async #acknowledgeOnceClaimed(announcement: PartitionAnnouncement, shares: Shares): Promise<void> {
    const end = () => {
      if (this.#waiting.delete(end)) finish(shares);
    };
    this.#waiting.add(end);
    await this.#waitForClaim(announcement, this.#limitMs(shares), () => this.#waiting.has(end));
    end();
  }

  #limitMs(shares: Shares): number {
    const { maxWaitMs, requestTimeoutMs } = this.#options;
    const oldest = Math.min(...shares.map(({ part }) => part.request.arrivedAt));
    return Math.min(maxWaitMs, oldest + (1 - RESERVED) * requestTimeoutMs - performance.now());
  }

  async #waitForClaim(
    announcement: PartitionAnnouncement,
    limitMs: number,
    isWaiting: () => boolean,
  ): Promise<void> {
    const { isClaimed } = this.#options;
    const deadline = performance.now() + limitMs;
    if (this.#unclaimed && !(await isClaimed(this.#unclaimed))) return;
    this.#unclaimed = undefined;
    for (let checks = 0; isWaiting(); checks++) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) {
        this.#unclaimed = announcement;
        return;
      }
      await pause(Math.min(leftMs, backOff(checks, CHECK_DELAY_MS.initial, CHECK_DELAY_MS.max)));
      if (await isClaimed(announcement)) return;
    }
  }
}

function finish(shares: Shares): void {
  for (const { part, count } of shares) part.request.finish(part, count);
}
