import { MAX_REQUEST_BURST, MAX_REQUESTS_PER_SECOND } from '../limits.ts';

/** Tracks which requests on a connection are within `MAX_REQUEST_BURST` and `MAX_REQUESTS_PER_SECOND`. */
export class RequestRate {
  #allowed = MAX_REQUEST_BURST;
  #countedAt: number | undefined;

  /** Whether a request at `now` (ms) is within the limits. Requests beyond the limits don't count toward them. */
  accepts(now: number): boolean {
    const elapsed = Math.max(0, now - (this.#countedAt ?? now)) / 1000;
    this.#countedAt = now;
    this.#allowed = Math.min(MAX_REQUEST_BURST, this.#allowed + elapsed * MAX_REQUESTS_PER_SECOND);
    if (this.#allowed < 1) return false;
    this.#allowed--;
    return true;
  }
}
