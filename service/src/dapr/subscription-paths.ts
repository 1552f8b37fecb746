import { randomBytes } from 'node:crypto';

/** A topic whose events a sidecar delivers to the application. */
export interface SubscribedTopic {
  pubsubname: string;
  topic: string;
}

/** A subscription that is active in the sidecar and delivers to `path`. */
export interface ActiveSubscription extends SubscribedTopic {
  path: string;
}

/** Minimum time in ms between calls to the sidecar about unknown paths. */
const REFRESH_EVERY_MS = 1_000;
const PATH_BYTES = 16;

/** Every path has this prefix, followed by an unguessable part. */
export const SUBSCRIPTION_PREFIX = '/subscriptions/';

/**
 * Thrown for an unknown path if the sidecar was called less than a second ago. A caller could guess many paths, and
 * each guess would otherwise cost a call to the sidecar.
 */
export class RefreshedTooRecentlyError extends Error {
  override readonly name = 'RefreshedTooRecentlyError';
}

/**
 * Delivery paths that only the application's own sidecar knows. Each response to `GET /dapr/subscribe` contains new
 * paths. A path becomes valid when the sidecar lists it as active. If another caller gets paths from that route, they
 * never become valid. The application asks the sidecar about unknown paths, so the two can restart independently.
 */
export class SubscriptionPaths {
  readonly #listActive: () => Promise<readonly ActiveSubscription[]>;
  readonly #now: () => number;
  #known: ReadonlyMap<string, SubscribedTopic> = new Map();
  #refreshing: Promise<void> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  /** `now` returns the time of a monotonic clock in ms. */
  constructor(listActive: () => Promise<readonly ActiveSubscription[]>, now = () => performance.now()) {
    this.#listActive = listActive;
    this.#now = now;
  }

  newPath(): string {
    return SUBSCRIPTION_PREFIX + randomBytes(PATH_BYTES).toString('base64url');
  }

  /**
   * Returns the subscription with this path, or `undefined` if no subscription has it. Rejects if the sidecar does not
   * respond, or another unknown path was looked up less than a second ago.
   */
  async find(path: string): Promise<SubscribedTopic | undefined> {
    const known = this.#known.get(path);
    if (known) return known;
    await this.#refresh();
    return this.#known.get(path);
  }

  async #refresh(): Promise<void> {
    if (!this.#refreshing) {
      if (this.#now() - this.#refreshedAt < REFRESH_EVERY_MS)
        throw new RefreshedTooRecentlyError("The sidecar's subscriptions were read less than a second ago.");
      this.#refreshedAt = this.#now();
      this.#refreshing = this.#listActive()
        .then((active) => {
          this.#known = new Map(active.map(({ path, ...subscribed }) => [path, subscribed]));
        })
        .finally(() => (this.#refreshing = undefined));
    }
    return this.#refreshing;
  }
}
