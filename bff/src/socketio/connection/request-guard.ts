import {
  MAX_INVALID_REQUESTS_PER_MINUTE,
  MAX_REFUSED_REQUESTS_PER_MINUTE,
  MAX_REQUEST_BURST,
  MAX_REQUESTS_PER_SECOND,
} from '@tocsin/contracts';

const MINUTE_MS = 60_000;

export type Verdict = 'accept' | 'refuse' | 'end';

/** Limits a connection's request rate in constant memory. */
export class RequestGuard {
  #allowed = MAX_REQUEST_BURST;
  #countedAt: number | undefined;
  readonly #refused = new MinuteCount();
  readonly #invalid = new MinuteCount();

  /** Decides whether to accept a request, refuse it, or end the connection. */
  judge(now: number): Verdict {
    const elapsed = Math.max(0, now - (this.#countedAt ?? now)) / 1000;
    this.#countedAt = now;
    this.#allowed = Math.min(MAX_REQUEST_BURST, this.#allowed + elapsed * MAX_REQUESTS_PER_SECOND);
    if (this.#allowed >= 1) {
      this.#allowed--;
      return 'accept';
    }
    return this.#refused.add(now) >= MAX_REFUSED_REQUESTS_PER_MINUTE ? 'end' : 'refuse';
  }

  /** Counts an invalid request. Returns true if there were too many and the connection must end. */
  countInvalid(now: number): boolean {
    return this.#invalid.add(now) >= MAX_INVALID_REQUESTS_PER_MINUTE;
  }
}

/** Counts events within a minute of the first event. */
class MinuteCount {
  #since = 0;
  #count = 0;

  add(now: number): number {
    if (now - this.#since >= MINUTE_MS || now < this.#since) {
      this.#since = now;
      this.#count = 0;
    }
    return ++this.#count;
  }
}
