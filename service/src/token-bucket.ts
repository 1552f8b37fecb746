export interface TokenBucketOptions {
  /** Tokens added per second. */
  perSecond: number;
  /** Maximum number of tokens that accumulate during a pause. */
  burst: number;
  /** In ms. */
  now: () => number;
}

/**
 * A rate limit that allows bursts. A caller can overdraw the bucket while it isn't empty, and then owes the difference.
 * That way, requests of any size eventually pass, and the rate still holds over time.
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

  /** Remaining tokens. Negative while tokens are owed. */
  get left(): number {
    const now = this.#now();
    const refilled = this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.burst, refilled);
    this.#at = now;
    return this.#tokens;
  }

  take(count: number): void {
    this.#tokens = this.left - count;
  }

  /** Seconds until `tokens` are available, rounded up. */
  secondsUntil(tokens: number): number {
    return Math.max(0, Math.ceil((tokens - this.left) / this.perSecond));
  }
}
