import type { Identity, TokenExpiringEvent } from '@tocsin/contracts';

export interface TokenExpiryHooks {
  now: () => number;
  expiring: (event: TokenExpiringEvent) => void;
  expired: () => void;
}

/**
 * Warns after this fraction of the token's remaining life, or WARN_BEFORE_MS before the token expires, whichever is
 * later.
 */
const WARN_AT = 0.8;
const WARN_BEFORE_MS = 60_000;
/** Node's maximum timer delay. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Warns before a connection's token expires, and reports when it has expired. */
export class TokenExpiry {
  readonly #hooks: TokenExpiryHooks;
  #timer: NodeJS.Timeout | undefined;

  constructor(hooks: TokenExpiryHooks) {
    this.#hooks = hooks;
  }

  /** Replaces the token being watched. */
  watch({ expiresAt }: Identity): void {
    const now = this.#hooks.now();
    this.#at(Math.max(now + (expiresAt - now) * WARN_AT, expiresAt - WARN_BEFORE_MS), () => {
      this.#hooks.expiring({ expiresInMs: Math.max(0, Math.round(expiresAt - this.#hooks.now())) });
      this.#at(expiresAt, () => this.#hooks.expired());
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #at(time: number, act: () => void): void {
    clearTimeout(this.#timer);
    const wait = time - this.#hooks.now();
    this.#timer =
      wait > MAX_DELAY_MS
        ? setTimeout(() => this.#at(time, act), MAX_DELAY_MS)
        : setTimeout(act, Math.max(0, wait));
    this.#timer.unref();
  }
}
