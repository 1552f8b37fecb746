import type { FeedBatch } from '../../feed/commit/plan-commit.ts';
import type { Activation } from '../append/activation.ts';
import { commit } from '../append/prepare-commit.ts';
import { confirm, deleteWithdrawn } from '../broadcast/confirm.ts';
import { LostDocumentError } from '../errors.ts';
import { loadHead, type CallerHints, type LoadedHead } from '../load/load-head.ts';
import type { Outcome, TurnDependencies, TurnOrder, TurnResult } from './turn.ts';

const NO_PREDECESSOR: TurnOrder = { before: Promise.resolve(), committed: () => undefined };

export interface FeedTurnInput {
  feed: string;
  caller: CallerHints;
  activation: Activation;
  dependencies: TurnDependencies;
  order?: TurnOrder;
}

export class FeedTurn {
  readonly feed: string;
  readonly dependencies: TurnDependencies;
  readonly #caller: CallerHints;
  readonly #activation: Activation;
  readonly #order: TurnOrder;

  constructor({ feed, caller, activation, dependencies, order = NO_PREDECESSOR }: FeedTurnInput) {
    this.feed = feed;
    this.dependencies = dependencies;
    this.#caller = caller;
    this.#activation = activation;
    this.#order = order;
  }

  /** Loads the head and completes the last commit. */
  async load(): Promise<LoadedHead> {
    const loaded = await loadHead(this.feed, this.#caller, this.dependencies);
    await this.dependencies.onStep('loaded');
    await this.#order.before;
    // A new epoch doesn't include the stored head's unconfirmed commits. The entries in those commits are processed
    // again.
    if (loaded.beginsEpoch) await deleteWithdrawn(this.feed, loaded.stored, this.dependencies);
    else await this.#confirm(loaded);
    return loaded;
  }

  /** Commits a batch and broadcasts it. Without a batch, only starts the epoch. */
  async commit(loaded: LoadedHead, batch: FeedBatch | undefined, isLast = false): Promise<LoadedHead> {
    const result = await commit(this.feed, loaded, batch, this.#activation, this.dependencies);
    await this.dependencies.onStep('committed');
    if (isLast) this.#order.committed();
    await this.#confirm(result.loaded);
    this.dependencies.events.appended(this.feed, batch, result.commit);
    return result.loaded;
  }

  result(outcome: Outcome, { stored }: LoadedHead): TurnResult {
    return { outcome, position: { epoch: stored.epoch, offset: stored.offset } };
  }

  #confirm(loaded: LoadedHead): Promise<void> {
    return confirm(this.feed, loaded.stored, this.#activation, this.dependencies);
  }
}

/** Makes sure that the feed has a sound head. A feed that lost data starts a new epoch. */
export const repairFeed = (input: FeedTurnInput): Promise<TurnResult> =>
  retryWithoutLostDocument(input, async (turn) => {
    const loaded = await turn.load();
    return turn.result('already-claimed', loaded.beginsEpoch ? await turn.commit(loaded, undefined) : loaded);
  });

/** Runs a turn. If a document is missing, retries and treats the head that references it as lost. */
export async function retryWithoutLostDocument(
  input: FeedTurnInput,
  run: (turn: FeedTurn) => Promise<TurnResult>,
): Promise<TurnResult> {
  try {
    return await run(new FeedTurn(input));
  } catch (error) {
    if (!(error instanceof LostDocumentError) || input.caller.lostDocument === error.key) throw error;
    return run(new FeedTurn({ ...input, caller: { ...input.caller, lostDocument: error.key } }));
  }
}
