import { Activation } from '../append/activation.ts';
import { TurnQueue, type PerformTurn } from './turn-queue.ts';
import { HostedActors } from '../route/hosted-actors.ts';
import type { CallerHints } from '../load/load-head.ts';
import { repairFeed } from './feed-turn.ts';
import { takeFeedTurn } from '../v1/feed-turn.ts';
import type { Announced, TurnsDependencies, TurnResult } from './turn.ts';

const MAX_ACTIVATIONS = 20_000;
/**
 * When there are too many activations, the oldest are dropped until this share of the maximum is left. Without this
 * margin, the next new activation would cause another scan.
 */
const KEPT_SHARE = 0.9;
/** Maximum number of ids across all activations. */
const MAX_KNOWN_IDS = 1_000_000;
/** The ids are counted again after this many queues have become empty. */
const COUNT_EVERY = 500;

export interface FeedHostDependencies extends TurnsDependencies {
  /** Maximum number of activations to keep between turns. Default: 20,000. */
  maxActivations?: number;
  /** Wraps each turn so that observers can follow it. */
  wrapTurn?: (<T>(turn: () => Promise<T>) => Promise<T>) | undefined;
}

/**
 * Runs turns for the feeds that this instance hosts, one at a time per feed. While Dapr moves actors, concurrent calls
 * for a feed can reach the same process.
 */
export class FeedHost {
  readonly #dependencies: FeedHostDependencies;
  readonly #activations = new Map<string, Activation>();
  readonly #queues = new Map<string, TurnQueue<TurnResult>>();
  readonly #hosted = new HostedActors();
  readonly #maxActivations: number;
  #emptiedQueues = 0;

  constructor(dependencies: FeedHostDependencies) {
    this.#dependencies = dependencies;
    this.#maxActivations = dependencies.maxActivations ?? MAX_ACTIVATIONS;
  }

  /** Runs a turn that Dapr routed here because this instance hosts the feed's actor. */
  takeRoutedTurn(feed: string, announced: Announced, caller: CallerHints): Promise<TurnResult> {
    this.#hosted.add(feed);
    return this.takeTurn(feed, announced, caller);
  }

  /** Whether Dapr has recently routed a turn of the feed here. */
  isHostedHere(feed: string): boolean {
    return this.#hosted.has(feed);
  }

  /** Processes entries up to the announced entry. Rejects if the announcement must be redelivered. */
  takeTurn(feed: string, announced: Announced, caller: CallerHints): Promise<TurnResult> {
    return this.#queueOf(feed).enqueue(announced, caller);
  }

  /** Runs `work` while none of these feeds has a running turn; `activationOf` returns a feed's cache. */
  async holdFeeds<T>(
    feeds: readonly string[],
    work: (activationOf: (feed: string) => Activation) => Promise<T>,
  ): Promise<T> {
    // Request all holds in the same tick so that callers with shared feeds can't deadlock.
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
    const { wrapTurn, limitsOf } = this.#dependencies;
    const run: PerformTurn<TurnResult> = (announced, caller, order) => {
      const take = () => {
        const dependencies = { ...this.#dependencies, limits: limitsOf(feed) };
        const input = { feed, caller, order, dependencies, activation: this.#activationOf(feed) };
        return announced ? takeFeedTurn(announced, input) : repairFeed(input);
      };
      return wrapTurn ? wrapTurn(take) : take();
    };
    const queue = new TurnQueue(run, () => {
      this.#queues.delete(feed);
      this.#forgetOldest();
    });
    this.#queues.set(feed, queue);
    return queue;
  }

  /**
   * Drops the feed's cache; the next turn reloads it. Safe to call at any time: keeps the cache if it has unwritten
   * state or is in use.
   */
  deactivate(feed: string): void {
    this.#hosted.remove(feed);
    const isUnwritten = (this.#activations.get(feed)?.unwritten.size ?? 0) > 0;
    if (!isUnwritten && !this.#queues.has(feed)) this.#activations.delete(feed);
  }

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
   * Drops the least recently used activations to stay within the limits, but keeps activations with unwritten state. A
   * dropped activation is reloaded by the feed's next turn.
   */
  #forgetOldest(): void {
    const isFull = this.#activations.size > this.#maxActivations;
    if (!isFull && ++this.#emptiedQueues % COUNT_EVERY !== 0) return;
    const kept = isFull ? KEPT_SHARE * this.#maxActivations : this.#maxActivations;
    let ids = 0;
    for (const { known } of this.#activations.values()) ids += known.size;
    for (const [feed, { known, unwritten }] of this.#activations) {
      if (this.#activations.size <= kept && ids <= MAX_KNOWN_IDS) return;
      if (this.#queues.has(feed) || unwritten.size > 0) continue;
      this.#activations.delete(feed);
      ids -= known.size;
    }
  }

  get activations(): number {
    return this.#activations.size;
  }
}
