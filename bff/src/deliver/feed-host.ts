import { Activation } from './activation.ts';
import { FeedQueue, type RunTurn } from './feed-queue.ts';
import type { CallerKnowledge } from './load.ts';
import { takeTurn, type Announced, type TurnDependencies, type TurnResult } from './take.ts';

/** Feeds that are kept between turns at most, and the ids that these may remember together. */
const MAX_ACTIVATIONS = 1_000;
const MAX_KNOWN_IDS = 1_000_000;

/** After a call by Dapr the feed counts as hosted here for so long, in ms. */
const HOME_MS = 10_000;

export interface FeedHostDependencies extends TurnDependencies {
  /** Runs each turn, so that somebody can look on. */
  around?: ((turn: () => Promise<TurnResult>) => Promise<TurnResult>) | undefined;
}

/**
 * Runs the turns of the feeds that this instance hosts, those of one feed one after the other: while actors are
 * being moved, two calls can reach the same process at once.
 */
export class FeedHost {
  readonly #dependencies: FeedHostDependencies;
  readonly #activations = new Map<string, Activation>();
  /** Of the feeds that have turns waiting or under way. */
  readonly #queues = new Map<string, FeedQueue>();
  readonly #homeUntil = new Map<string, number>();

  constructor(dependencies: FeedHostDependencies) {
    this.#dependencies = dependencies;
  }

  /** A turn that Dapr has brought here, since this is where it keeps the feed's actor. */
  turnAsHost(feed: string, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    const now = this.#dependencies.now();
    // The longest ago come first: all are kept equally long.
    for (const [other, until] of this.#homeUntil) {
      if (until > now) break;
      this.#homeUntil.delete(other);
    }
    this.#homeUntil.delete(feed);
    this.#homeUntil.set(feed, now + HOME_MS);
    return this.turn(feed, announced, caller);
  }

  /** Whether Dapr has lately brought a turn of the feed here. */
  isHome(feed: string): boolean {
    return (this.#homeUntil.get(feed) ?? 0) > this.#dependencies.now();
  }

  /** Takes the announced entry and what precedes it. Rejects when the announcement has to come again. */
  turn(feed: string, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    const queue = this.#queues.get(feed) ?? this.#createQueue(feed);
    return queue.turn(announced, caller);
  }

  #createQueue(feed: string): FeedQueue {
    const { around } = this.#dependencies;
    const run: RunTurn = (announced, caller, order) => {
      const take = () =>
        takeTurn(feed, announced, caller, this.#activationOf(feed), this.#dependencies, order);
      return around ? around(take) : take();
    };
    const queue = new FeedQueue(run, () => {
      this.#queues.delete(feed);
      this.#forgetOldest();
    });
    this.#queues.set(feed, queue);
    return queue;
  }

  /**
   * Forgets what was kept between turns; the next turn reads it again. What is written nowhere yet, or in use, stays, so
   * it does not matter who asks for it.
   */
  deactivate(feed: string): void {
    this.#homeUntil.delete(feed);
    const isUnwritten = (this.#activations.get(feed)?.unwritten.size ?? 0) > 0;
    if (!isUnwritten && !this.#queues.has(feed)) this.#activations.delete(feed);
  }

  /** Resolves when no turn is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.settled()));
  }

  #activationOf(feed: string): Activation {
    const activation = this.#activations.get(feed) ?? new Activation();
    this.#activations.delete(feed);
    this.#activations.set(feed, activation);
    return activation;
  }

  /**
   * Forgets the activations that were used longest ago, beyond the bounds: the next turn reads again what they held.
   * One that has something which is written nowhere yet stays.
   */
  #forgetOldest(): void {
    let ids = 0;
    for (const { known } of this.#activations.values()) ids += known.size;
    for (const [feed, { known, unwritten }] of this.#activations) {
      if (this.#activations.size <= MAX_ACTIVATIONS && ids <= MAX_KNOWN_IDS) return;
      if (this.#queues.has(feed) || unwritten.size > 0) continue;
      this.#activations.delete(feed);
      ids -= known.size;
    }
  }

  /** How many feeds are kept between turns. */
  get activations(): number {
    return this.#activations.size;
  }
}
