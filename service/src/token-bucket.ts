export interface TokenBucketOptions {
  /** Tokens that are added each second. */
  perSecond: number;
  /** Maximum number of tokens, and so the largest burst after a pause. */
  burst: number;
  /** In ms. */
  now: () => number;
}

/**
 * A rate limit with a burst. A caller can take more tokens than are left, if any are left, and then owes the rest. So
 * a request of any size passes eventually, and the rate is kept over time.
 */
export class TokenBucket {
  readonly perSecond: number;
  readonly burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor({ perSecond, burst, now }: TokenBucketOptions) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Tokens left; negative while tokens are owed. */
  get left(): number {
    const now = this.#now();
    const filled = this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.burst, filled);
    this.#at = now;
    return this.#tokens;
  }

  take(count: number): void {
    this.#tokens = this.left - count;
  }

  /** Seconds, rounded up, until this many tokens are left. */
  secondsUntil(tokens: number): number {
    return Math.max(0, Math.ceil((tokens - this.left) / this.perSecond));
  }
}
