import { randomBytes } from 'node:crypto';

/** What a sidecar delivers, and from where. */
export interface Subscribed {
  pubsubname: string;
  topic: string;
}

/** A subscription as a sidecar holds it: it delivers to `path`. */
export interface HeldSubscription extends Subscribed {
  path: string;
}

/** Unknown paths make the sidecar be asked at most once in so many ms. */
const ASK_EVERY_MS = 1_000;
const PATH_BYTES = 16;

/** The paths begin so, before what cannot be guessed. */
export const SUBSCRIPTION_PREFIX = '/subscriptions/';

/** The sidecar was asked a moment ago, and must not be asked for each guess. */
export class AskedTooOftenError extends Error {
  override readonly name = 'AskedTooOftenError';
}

/**
 * Paths for deliveries that only the own sidecar knows. Each answer to `GET /dapr/subscribe` names new ones; a path
 * counts once the sidecar itself says that it holds it. So one who asks for the subscriptions gets paths that are good
 * for nothing, and a sidecar and its application start again without each other.
 */
export class SubscriptionPaths {
  readonly #held: () => Promise<readonly HeldSubscription[]>;
  readonly #now: () => number;
  #known: ReadonlyMap<string, Subscribed> = new Map();
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** `held` asks the sidecar. */
  constructor(held: () => Promise<readonly HeldSubscription[]>, now: () => number = Date.now) {
    this.#held = held;
    this.#now = now;
  }

  /** A path that was never named before. */
  newPath(): string {
    return SUBSCRIPTION_PREFIX + randomBytes(PATH_BYTES).toString('base64url');
  }

  /**
   * What the sidecar delivers to this path; `undefined` when it holds no such subscription. Rejects when that cannot be
   * said now.
   */
  async find(path: string): Promise<Subscribed | undefined> {
    const known = this.#known.get(path);
    if (known) return known;
    await this.#ask();
    return this.#known.get(path);
  }

  async #ask(): Promise<void> {
    if (!this.#asking) {
      if (this.#now() - this.#askedAt < ASK_EVERY_MS)
        throw new AskedTooOftenError('The sidecar was asked for its subscriptions a moment ago.');
      this.#askedAt = this.#now();
      this.#asking = this.#held()
        .then((held) => {
          this.#known = new Map(held.map(({ path, ...subscribed }) => [path, subscribed]));
        })
        .finally(() => (this.#asking = undefined));
    }
    return this.#asking;
  }
}
