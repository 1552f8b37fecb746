import {
  MAX_INVALID_REQUESTS_PER_MINUTE,
  MAX_REFUSED_REQUESTS_PER_MINUTE,
  RequestRate,
} from '@tocsin/contracts';

const MINUTE_MS = 60_000;

export type Verdict = 'accept' | 'refuse' | 'end';

/** Limits a connection's request rate in constant memory. */
export class RequestGuard {
  readonly #rate = new RequestRate();
  readonly #refused = new MinuteCount();
  readonly #invalid = new MinuteCount();

  /** Decides whether to accept a request, refuse it, or end the connection. */
  judge(now: number): Verdict {
    if (this.#rate.accepts(now)) return 'accept';
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
