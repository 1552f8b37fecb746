import { Activation } from './activation.ts';
import type { CallerKnowledge } from './load.ts';
import { takeTurn, type Announced, type TurnDependencies, type TurnResult } from './take.ts';

/**
 * Runs the turns of the feeds that this instance hosts, those of one feed one after the other: while actors are
 * being moved, two calls can reach the same process at once.
 */
export class FeedHost {
  readonly #dependencies: TurnDependencies;
  readonly #activations = new Map<string, Activation>();
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(dependencies: TurnDependencies) {
    this.#dependencies = dependencies;
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
