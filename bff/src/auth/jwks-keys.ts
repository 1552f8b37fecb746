import { createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { Keys } from './check-token.ts';
import { AuthError } from './errors.ts';

export interface JwksOptions {
  /** Fetches the issuer's key set anew; rejects when it cannot be had. */
  fetchKeySet: () => Promise<unknown>;
  now: () => number;
  /** Told of each fetch that failed. */
  onFault: (error: unknown) => void;
}

/** A key set this old is fetched again before it serves; it goes on to serve if the issuer does not answer. */
const FRESH_MS = 10 * 60_000;
/** Shortest time between two fetches, however many tokens name unknown keys. */
const COOL_DOWN_MS = 30_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The public keys of an issuer. A token that names a key that is not known causes a fetch, so that keys can be
 * rotated at any time. An issuer that is away costs nothing while its last key set is known.
 */
export class JwksKeys implements Keys {
  readonly algorithms = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
  readonly #options: JwksOptions;
  #keySet: KeySet | undefined;
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #underWay: Promise<void> | undefined;

  constructor(options: JwksOptions) {
    this.#options = options;
  }

  /** Resolves when a key set is known. */
  async ready(): Promise<void> {
    if (!this.#keySet) await this.#fetchUnlessJustAsked();
    this.#known();
  }

  readonly find: Keys['find'] = async (header, token) => {
    const now = this.#options.now();
    if (!this.#keySet) await this.#fetchUnlessJustAsked();
    else if (now - this.#fetchedAt > FRESH_MS) await this.#fetchUnlessJustAsked();
    const used = this.#known();
    try {
      return await used(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetchUnlessJustAsked();
      if (this.#known() === used) throw error;
      return this.#known()(header, token);
    }
  };

  #known(): KeySet {
    if (this.#keySet) return this.#keySet;
    throw new AuthError('unavailable', 'the keys of the issuer are not known yet');
  }

  /** Resolves even if the fetch failed: the keys known then decide. */
  async #fetchUnlessJustAsked(): Promise<void> {
    if (this.#underWay) return this.#underWay;
    const now = this.#options.now();
    // Before the first key set there is nothing to protect the issuer from but ourselves.
    if (now - this.#askedAt < (this.#keySet ? COOL_DOWN_MS : 1_000)) return;
    this.#askedAt = now;
    this.#underWay = this.#fetch();
    await this.#underWay;
    this.#underWay = undefined;
  }

  async #fetch(): Promise<void> {
    try {
      this.#keySet = createLocalJWKSet((await this.#options.fetchKeySet()) as JSONWebKeySet);
      this.#fetchedAt = this.#options.now();
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}
