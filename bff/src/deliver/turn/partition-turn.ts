import { partitionEntryKey } from '@tocsin/contracts';
import {
  isBeyondReach,
  findLastMissing,
  peekForward,
  walkBack,
  type PeekedEntries as PeekedBatch,
} from '../peek/peek.ts';
import { peekEarly } from '../peek/early-peek.ts';
import { addSetAsideRecord } from './set-aside.ts';
import type { Entries } from '../ports.ts';
import { checkItems, type CheckedItems, type PlacedItem } from '../peek/check-items.ts';
import { commitFeeds } from '../append/commit-feeds.ts';
import type { Claimer } from '../claim/claimer.ts';
import type { Progress } from '../claim/progress.ts';
import type { FeedHost } from './feed-host.ts';
import type { AnnouncedEntry, Outcome, TurnEvents, TurnOrder, TurnsDependencies } from './turn.ts';

/** Returned once the items are committed to every feed. `claimed` resolves once the entries have also been popped. */
export interface PartitionTurnResult {
  outcome: Outcome;
  claimed: Promise<void>;
}

/** The partition state that a host keeps between turns. */
export interface PartitionState {
  partition: number;
  progress: Progress;
  claimer: Claimer;
}

export interface PartitionTurnDependencies extends TurnsDependencies {
  feedHost: Pick<FeedHost, 'holdFeeds'>;
}

/**
 * Runs a partition's turn: peeks at a run's entries up to the announced entry, commits each item to the item's feed,
 * broadcasts, and only then writes the checkpoint and pops the entries. An entry that still exists might be unfinished.
 * Reprocessing it is harmless since each feed's head records which of the run's entries the feed has. Rejects if the
 * announcement must be redelivered.
 */
export async function takePartitionTurn(
  announced: AnnouncedEntry,
  state: PartitionState,
  dependencies: PartitionTurnDependencies,
  order: TurnOrder,
): Promise<PartitionTurnResult> {
  return new PartitionTurn(announced.run, state, dependencies, order).take(announced);
}

type ClaimedBatch = Parameters<TurnEvents['claimed']>[0];

class PartitionTurn {
  readonly #run: string;
  readonly #state: PartitionState;
  readonly #dependencies: PartitionTurnDependencies;
  readonly #order: TurnOrder;
  readonly #keyOf: (seq: number) => string;
  #entries: Entries;
  /** The batches that this turn has processed, to report to observers. */
  readonly #batches: ClaimedBatch[] = [];

  constructor(run: string, state: PartitionState, dependencies: PartitionTurnDependencies, order: TurnOrder) {
    const { partition } = state;
    this.#run = run;
    this.#state = state;
    this.#dependencies = dependencies;
    this.#order = order;
    this.#entries = dependencies.entries;
    this.#keyOf = (seq) => partitionEntryKey({ partition, run, seq });
  }

  async take({ seq, from: lowest = seq }: AnnouncedEntry): Promise<PartitionTurnResult> {
    const { progress } = this.#state;
    const [run, keyOf] = [this.#run, this.#keyOf];
    this.#entries = peekEarly(this.#dependencies.entries, keyOf(seq));
    await progress.ensureRead();
    await this.#dependencies.onStep('loaded');
    await this.#order.before;
    const isUnclaimed = await this.#takeFinished(lowest, seq);
    let outcome: Outcome | undefined;
    let from = await this.#begin(lowest);
    const first = Math.min(from, lowest);
    while (!this.#isDone(seq) && from <= seq) {
      const batch = await peekForward(this.#entries, keyOf, from, seq);
      await this.#dependencies.onStep('peeked');
      if (batch.found.length === 0) {
        const isTooFar = await isBeyondReach(this.#entries, keyOf, from, seq);
        const to = isTooFar ? seq : await findLastMissing(this.#entries, keyOf, from, seq);
        // Only a checkpoint read after the miss is conclusive: another host could have popped the entries.
        const hasChanged = await progress.reload();
        if (to < from || hasChanged) {
          from = await this.#begin(lowest);
          continue;
        }
        outcome ??= 'set-aside';
        if (isTooFar) {
          // Don't mark the run as finished up to `seq`: if that number is wrong, the run's next entries have lower
          // numbers.
          await this.#setAsideMissing(seq, seq);
          break;
        }
        // In an unknown run, missing entries below the announced entry might already be finished.
        const isKnown = progress.of(run) !== undefined;
        if (isKnown || to === seq) await this.#setAsideMissing(from, to);
        if (isKnown) progress.advance(run, to);
        from = to + 1;
        continue;
      }
      // The next turn can start peeking while this turn writes.
      if (from + batch.found.length > seq) this.#order.committed();
      const hadValidItems = await this.#takeBatch(from, batch);
      outcome = hadValidItems || outcome === 'delivered' ? 'delivered' : 'set-aside';
      from += batch.found.length;
    }
    const last = Math.min(seq, from - 1);
    const isClaimed = last < first || (outcome === undefined && !isUnclaimed);
    return {
      outcome: outcome ?? (isUnclaimed ? 'delivered' : 'already-claimed'),
      claimed: isClaimed ? Promise.resolve() : this.#claim(first, last),
    };
  }

  async #claim(from: number, to: number): Promise<void> {
    await this.#state.claimer.claim(this.#run, from, to);
    for (const batch of this.#batches) this.#dependencies.events.claimed(batch);
  }

  #isDone(seq: number): boolean {
    return (this.#state.progress.of(this.#run) ?? 0) >= seq;
  }

  /**
   * Handles the announced entries `lowest` to `highest` that are already finished. If such an entry still exists,
   * either its pop failed or the store was rolled back. The entry is then processed again; each feed's head shows
   * whether the feed has the entry's items. Resolves with true if an entry exists or is about to be popped.
   */
  async #takeFinished(lowest: number, highest: number): Promise<boolean> {
    const { claimer } = this.#state;
    let isUnclaimed = false;
    for (let seq = lowest; seq <= highest && this.#isDone(seq); seq++) {
      const isClaiming = claimer.isClaiming(this.#run, seq);
      const text = isClaiming ? undefined : await this.#dependencies.entries.peek(this.#keyOf(seq));
      if (text === undefined && !isClaiming) continue;
      isUnclaimed = true;
      if (text === undefined) continue;
      await this.#takeBatch(seq, { found: [{ seq, text }], missing: undefined });
    }
    return isUnclaimed;
  }

  /**
   * Returns the first number to process: the one after the last finished entry. In an unknown run, this is the first of
   * the consecutive entries that end at the lowest announced entry.
   */
  async #begin(lowest: number): Promise<number> {
    const last = this.#state.progress.of(this.#run);
    if (last !== undefined) return last + 1;
    return Math.min(lowest, await walkBack(this.#entries, this.#keyOf, lowest));
  }

  /**
   * Commits and broadcasts the peeked entries, numbered consecutively from `from`. Resolves with true if any item was
   * valid.
   */
  async #takeBatch(from: number, { found }: PeekedBatch): Promise<boolean> {
    const { partition, progress } = this.#state;
    const run = this.#run;
    const checked = found.map(({ seq, text }) =>
      checkItems({ run, partition, seq }, text, this.#dependencies.now()),
    );
    for (const { refused } of checked)
      for (const item of refused) await addSetAsideRecord(item, this.#dependencies);
    const items = byFeed(checked);
    const to = from + found.length - 1;
    if (items.size > 0) {
      const traced = {
        traceparent: checked.find(({ traceparent }) => traceparent !== undefined)?.traceparent,
        traces: checked.flatMap(({ traces }) => traces),
      };
      const refused = await this.#dependencies.feedHost.holdFeeds([...items.keys()], (activationOf) =>
        commitFeeds(
          { run, partition, from, to, items, ...traced },
          activationOf,
          progress,
          this.#dependencies,
        ),
      );
      for (const item of refused) await addSetAsideRecord(item, this.#dependencies);
    }
    this.#batches.push({ run, partition, to, traces: checked.flatMap(({ traces }) => traces) });
    progress.advance(run, to);
    return items.size > 0;
  }

  /** Sets aside entries `from` to `to` as missing. The record has no content. */
  async #setAsideMissing(from: number, to: number): Promise<void> {
    const fault = `entries ${from} to ${to} of run ${this.#run}: announced, but neither stored nor finished`;
    const entry = this.#keyOf(to);
    await addSetAsideRecord(
      { entry, feed: '', reason: 'missing', faults: [fault], content: null },
      this.#dependencies,
    );
  }
}

function byFeed(checked: readonly CheckedItems[]): Map<string, PlacedItem[]> {
  const feeds = new Map<string, PlacedItem[]>();
  for (const { items } of checked) {
    for (const placed of items) {
      const list = feeds.get(placed.item.feed);
      if (list) list.push(placed);
      else feeds.set(placed.item.feed, [placed]);
    }
  }
  return feeds;
}
