import { randomBytes } from 'node:crypto';

/** A topic from which a sidecar delivers events. */
export interface Subscribed {
  pubsubname: string;
  topic: string;
}

/** An active subscription of a sidecar, which delivers to `path`. */
export interface HeldSubscription extends Subscribed {
  path: string;
}

/** Shortest time between two calls to the sidecar because of unknown paths, in ms. */
const REFRESH_EVERY_MS = 1_000;
const PATH_BYTES = 16;

/** Prefix of all paths. A part that cannot be guessed follows. */
export const SUBSCRIPTION_PREFIX = '/subscriptions/';

/** The sidecar was called less than a second ago. It must not be called for each guessed path. */
export class AskedTooOftenError extends Error {
  override readonly name = 'AskedTooOftenError';
}

/**
 * Paths for deliveries that only the application's own sidecar knows. Each answer to `GET /dapr/subscribe` has new
 * paths. A path becomes valid when the sidecar confirms its subscription. So other callers of that route get invalid
 * paths, and sidecar and application can restart independently.
 */
export class SubscriptionPaths {
  readonly #held: () => Promise<readonly HeldSubscription[]>;
  readonly #now: () => number;
  #known: ReadonlyMap<string, Subscribed> = new Map();
  #refreshing: Promise<void> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  /** `held` returns the sidecar's subscriptions. */
  constructor(held: () => Promise<readonly HeldSubscription[]>, now: () => number = Date.now) {
    this.#held = held;
    this.#now = now;
  }

  /** Creates a unique path. */
  newPath(): string {
    return SUBSCRIPTION_PREFIX + randomBytes(PATH_BYTES).toString('base64url');
  }

  /** Returns the subscription of a path; `undefined` if there is none. Rejects if the sidecar did not answer. */
  async find(path: string): Promise<Subscribed | undefined> {
    const known = this.#known.get(path);
    if (known) return known;
    await this.#refresh();
    return this.#known.get(path);
  }

  async #refresh(): Promise<void> {
    if (!this.#refreshing) {
      if (this.#now() - this.#refreshedAt < REFRESH_EVERY_MS)
        throw new AskedTooOftenError('The sidecar was asked for its subscriptions less than a second ago.');
      this.#refreshedAt = this.#now();
      this.#refreshing = this.#held()
        .then((held) => {
          this.#known = new Map(held.map(({ path, ...subscribed }) => [path, subscribed]));
        })
        .finally(() => (this.#refreshing = undefined));
    }
    return this.#refreshing;
  }
}
