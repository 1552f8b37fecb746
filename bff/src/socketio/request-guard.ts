import { MAX_INVALID_REQUESTS_PER_MINUTE } from '@tocsin/contracts';

const MINUTE_MS = 60_000;

/** Counts a connection's invalid requests; true for the one that ends it. */
export class RequestGuard {
  #times: number[] = [];

  countInvalid(now: number): boolean {
    this.#times = [...this.#times.filter((time) => time > now - MINUTE_MS), now];
    return this.#times.length >= MAX_INVALID_REQUESTS_PER_MINUTE;
  }
}
