/** Seconds in which a caller that was silent may use up its whole allowance. */
export const WINDOW_S = 10;

/**
 * What a caller may still send. It fills by `perSecond` up to the allowance of a window. Whoever has anything left
 * may send a whole request and owes what it has not: so any request passes at some time, and the rate holds over time.
 */
export class TokenBucket {
  readonly perSecond: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, now: () => number) {
    this.perSecond = perSecond;
    this.#now = now;
    this.#tokens = this.allowance;
    this.#at = now();
  }

  /** Most that can be sent at once, and so in a window after a silence. */
  get allowance(): number {
    return this.perSecond * WINDOW_S;
  }

  /** What is left; below 0 it is owed. */
  get left(): number {
    const now = this.#now();
    const filled = this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.allowance, filled);
    this.#at = now;
    return this.#tokens;
  }

  take(count: number): void {
    this.#tokens = this.left - count;
  }

  /** Seconds, rounded up, until so much is left. */
  secondsUntil(tokens: number): number {
    return Math.max(0, Math.ceil((tokens - this.left) / this.perSecond));
  }
}
