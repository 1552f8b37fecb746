import { pause } from '@tocsin/contracts/pause';
import { createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { Keys } from './check-token.ts';
import { AuthError } from './errors.ts';

export interface JwksOptions {
  fetchKeySet: () => Promise<unknown>;
  onError: (error: unknown) => void;
  /** Returns the time of a monotonic clock in ms. */
  now?: () => number;
}

/** A key set older than this is refreshed on next use. */
const FRESH_MS = 10 * 60_000;
/** Minimum time between fetches, so tokens with unknown keys can't flood the issuer. */
const COOL_DOWN_MS = 30_000;
/** Maximum time that a token waits for a refresh. After that, the last key set is used. */
const REFRESH_WAIT_MS = 500;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * An issuer's public keys. A token with an unknown key triggers a fetch, so the issuer can rotate keys at any time.
 * While the issuer is unavailable, the last key set stays in use.
 */
export class JwksKeys implements Keys {
  readonly algorithms = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
  readonly #options: Required<JwksOptions>;
  #keySet: KeySet | undefined;
  #fetchedAt = -Infinity;
  #attemptedAt = -Infinity;
  #fetching: Promise<void> | undefined;

  constructor(options: JwksOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /** Rejects if no key set is loaded and the fetch fails. */
  async ready(): Promise<void> {
    if (!this.#keySet) await this.#fetchUnlessCoolingDown();
    this.#requireKeySet();
  }

  readonly find: Keys['find'] = async (header, token) => {
    const now = this.#options.now();
    if (!this.#keySet) await this.#fetchUnlessCoolingDown();
    else if (now - this.#fetchedAt > FRESH_MS)
      await Promise.race([this.#fetchUnlessCoolingDown(), pause(REFRESH_WAIT_MS)]);
    const keySet = this.#requireKeySet();
    try {
      return await keySet(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetchUnlessCoolingDown();
      if (this.#requireKeySet() === keySet) throw error;
      return this.#requireKeySet()(header, token);
    }
  };

  #requireKeySet(): KeySet {
    if (this.#keySet) return this.#keySet;
    throw new AuthError('unavailable', "the issuer's keys have not been loaded yet");
  }

  /**
   * Fetches the keys, unless the last attempt was too recent. Never rejects: if the fetch fails, the last known keys
   * stay in use.
   */
  async #fetchUnlessCoolingDown(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    const now = this.#options.now();
    // No token can be checked without a key set, so the first fetch is retried sooner.
    if (now - this.#attemptedAt < (this.#keySet ? COOL_DOWN_MS : 1_000)) return;
    this.#attemptedAt = now;
    this.#fetching = this.#fetch();
    await this.#fetching;
    this.#fetching = undefined;
  }

  async #fetch(): Promise<void> {
    try {
      this.#keySet = createLocalJWKSet((await this.#options.fetchKeySet()) as JSONWebKeySet);
      this.#fetchedAt = this.#options.now();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
