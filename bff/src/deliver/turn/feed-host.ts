import { Activation } from '../append/activation.ts';
import { TurnQueue, type PerformTurn } from './turn-queue.ts';
import { HostedActors } from '../route/hosted-actors.ts';
import type { CallerKnowledge } from '../load/load-head.ts';
import { repairFeed } from './feed-turn.ts';
import { takeFeedTurn } from '../v1/feed-turn.ts';
import type { Announced, TurnsDependencies, TurnResult } from './turn.ts';

const MAX_ACTIVATIONS = 20_000;
/** Ids that they may remember together. */
const MAX_KNOWN_IDS = 1_000_000;
/** After this many feeds had nothing to do, the ids are counted. */
const LOOK_EVERY = 500;

export interface FeedHostDependencies extends TurnsDependencies {
  /** Feeds that are kept between turns at most. Default 20,000. */
  maxActivations?: number;
  /** Runs each turn, so that somebody can look on. */
  around?: (<T>(turn: () => Promise<T>) => Promise<T>) | undefined;
}

/**
 * Runs the turns of the feeds that this instance hosts, those of one feed one after the other: while actors are
 * being moved, two calls can reach the same process at once.
 */
export class FeedHost {
  readonly #dependencies: FeedHostDependencies;
  readonly #activations = new Map<string, Activation>();
  /** Of the feeds that have turns waiting or under way. */
  readonly #queues = new Map<string, TurnQueue<TurnResult>>();
  readonly #hosted: HostedActors;
  readonly #maxActivations: number;
  #idle = 0;

  constructor(dependencies: FeedHostDependencies) {
    this.#dependencies = dependencies;
    this.#hosted = new HostedActors(dependencies.now);
    this.#maxActivations = dependencies.maxActivations ?? MAX_ACTIVATIONS;
  }

  /** A turn that Dapr has brought here, since this is where it keeps the feed's actor. */
  takeRoutedTurn(feed: string, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    this.#hosted.add(feed);
    return this.takeTurn(feed, announced, caller);
  }

  /** Whether Dapr has lately brought a turn of the feed here. */
  isHostedHere(feed: string): boolean {
    return this.#hosted.has(feed);
  }

  /** Takes the announced entry and what precedes it. Rejects when the announcement has to come again. */
  takeTurn(feed: string, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    return this.#queueOf(feed).enqueue(announced, caller);
  }

  /** Does `work` while no turn of these feeds is under way; `activationOf` tells what is kept of one of them. */
  async holding<T>(
    feeds: readonly string[],
    work: (activationOf: (feed: string) => Activation) => Promise<T>,
  ): Promise<T> {
    // Asked for in one tick, so that two who need the same feeds never wait for each other.
    const releases = await Promise.all(feeds.map((feed) => this.#queueOf(feed).hold()));
    try {
      return await work((feed) => this.#activationOf(feed));
    } finally {
      for (const release of releases) release();
    }
  }

  #queueOf(feed: string): TurnQueue<TurnResult> {
    return this.#queues.get(feed) ?? this.#createQueue(feed);
  }

  #createQueue(feed: string): TurnQueue<TurnResult> {
    const { around, limitsOf } = this.#dependencies;
    const run: PerformTurn<TurnResult> = (announced, caller, order) => {
      const take = () => {
        const dependencies = { ...this.#dependencies, limits: limitsOf(feed) };
        const input = { feed, caller, order, dependencies, activation: this.#activationOf(feed) };
        return announced ? takeFeedTurn(announced, input) : repairFeed(input);
      };
      return around ? around(take) : take();
    };
    const queue = new TurnQueue(run, () => {
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
    this.#hosted.remove(feed);
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
    const isDue = this.#activations.size > this.#maxActivations || ++this.#idle % LOOK_EVERY === 0;
    if (!isDue) return;
    let ids = 0;
    for (const { known } of this.#activations.values()) ids += known.size;
    for (const [feed, { known, unwritten }] of this.#activations) {
      if (this.#activations.size <= this.#maxActivations && ids <= MAX_KNOWN_IDS) return;
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
