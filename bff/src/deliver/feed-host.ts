import { Activation } from './activation.ts';
import type { CallerKnowledge } from './load.ts';
import { takeTurn, type Announced, type TurnDependencies, type TurnResult } from './take.ts';

/** After a call by Dapr the feed counts as hosted here for so long, in ms. */
const HOME_MS = 10_000;

/**
 * Runs the turns of the feeds that this instance hosts, those of one feed one after the other: while actors are
 * being moved, two calls can reach the same process at once.
 */
export class FeedHost {
  readonly #dependencies: TurnDependencies;
  readonly #activations = new Map<string, Activation>();
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #homeUntil = new Map<string, number>();

  constructor(dependencies: TurnDependencies) {
    this.#dependencies = dependencies;
  }

  /** A turn that Dapr has brought here, since this is where it keeps the feed's actor. */
  turnAsHost(feed: string, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    this.#homeUntil.set(feed, this.#dependencies.now() + HOME_MS);
    return this.turn(feed, announced, caller);
  }

  /** Whether Dapr has lately brought a turn of the feed here. */
  isHome(feed: string): boolean {
    return (this.#homeUntil.get(feed) ?? 0) > this.#dependencies.now();
  }

  /** Takes the announced entry and what precedes it. Rejects when the announcement has to come again. */
  turn(feed: string, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    const before = this.#running.get(feed) ?? Promise.resolve();
    const run = () => takeTurn(feed, announced, caller, this.#activationOf(feed), this.#dependencies);
    const turn = before.then(run, run);
    this.#running.set(feed, turn);
    const forget = () => {
      if (this.#running.get(feed) === turn) this.#running.delete(feed);
    };
    turn.then(forget, forget);
    return turn;
  }

  /** Forgets what was kept between turns; the next turn reads it again. */
  deactivate(feed: string): void {
    this.#activations.delete(feed);
    this.#homeUntil.delete(feed);
  }

  /** Resolves when no turn is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.values()]);
  }

  #activationOf(feed: string): Activation {
    let activation = this.#activations.get(feed);
    if (!activation) this.#activations.set(feed, (activation = new Activation()));
    return activation;
  }
}
