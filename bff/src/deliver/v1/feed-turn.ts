import { isDeepStrictEqual } from 'node:util';
import { entryKey, type SetAside } from '@tocsin/contracts';
import { peekEarly } from '../peek/early-peek.ts';
import {
  isBeyondReach,
  findLastMissing,
  peekForward,
  walkBack,
  type KeyOf,
  type PeekedEntries,
} from '../peek/peek.ts';
import type { LoadedHead } from '../load/load-head.ts';
import type { Entries } from '../ports.ts';
import { retryWithoutLostDocument, type FeedTurn, type FeedTurnInput } from '../turn/feed-turn.ts';
import { addSetAsideRecord } from '../turn/set-aside.ts';
import { lastDone, type AnnouncedEntry, type Outcome, type TurnResult } from '../turn/turn.ts';
import { checkEntry, type CheckedEntry } from './check-entry.ts';

/**
 * Runs the turn for a version 0.1.0 announcement. Each entry of that version belongs to a single feed. The turn loads
 * the head, completes the last commit, peeks at the entries up to the announced entry, commits them in order, then
 * claims and broadcasts them. Within a process, a feed's turns overlap only as `order` allows; between processes, the
 * head's etag detects conflicts. Rejects if the announcement must be redelivered.
 */
export const takeFeedTurn = (announced: AnnouncedEntry, input: FeedTurnInput): Promise<TurnResult> =>
  retryWithoutLostDocument(input, (turn) => new AnnouncedFeedTurn(turn, announced).take());

class AnnouncedFeedTurn {
  readonly #turn: FeedTurn;
  readonly #run: string;
  readonly #seq: number;
  readonly #lowest: number;
  readonly #keyOf: KeyOf;
  readonly #entries: Entries;

  constructor(turn: FeedTurn, { run, seq, from = seq }: AnnouncedEntry) {
    this.#turn = turn;
    this.#run = run;
    this.#seq = seq;
    this.#lowest = from;
    this.#keyOf = (number) => entryKey({ run, feed: turn.feed, seq: number });
    this.#entries = peekEarly(turn.dependencies.entries, this.#keyOf(seq));
  }

  async take(): Promise<TurnResult> {
    const turn = this.#turn;
    const run = this.#run;
    const seq = this.#seq;
    let loaded = await turn.load();
    if ((lastDone(loaded, run) ?? 0) >= seq) return turn.result('already-claimed', loaded);
    let from = await this.#begin(loaded);
    let outcome: Outcome = 'set-aside';
    while (from <= seq) {
      const peeked = await peekForward(this.#entries, this.#keyOf, from, seq);
      await turn.dependencies.onStep('peeked');
      if (peeked.found.length === 0) {
        const isTooFar = await isBeyondReach(this.#entries, this.#keyOf, from, seq);
        const to = isTooFar ? seq : await findLastMissing(this.#entries, this.#keyOf, from, seq);
        // Only a head read after the miss is conclusive: another host could have popped the entries.
        const before = loaded;
        loaded = await turn.load();
        if (to < from || !isSame(loaded, before)) {
          if ((lastDone(loaded, run) ?? 0) >= seq) return turn.result('already-claimed', loaded);
          from = await this.#begin(loaded);
          continue;
        }
        if (isTooFar) return turn.result(outcome, await this.#setAsideMissing(loaded, seq, seq, false));
        // In an unknown run, missing entries below the announced entry might already be finished.
        const isKnown = lastDone(loaded, run) !== undefined;
        if (isKnown || to === seq) loaded = await this.#setAsideMissing(loaded, from, to, isKnown);
        from = to + 1;
        continue;
      }
      const checked = await this.#check(peeked.found);
      const valid = checked.flatMap((entry) => ('refused' in entry ? [] : [entry]));
      const to = from + peeked.found.length - 1;
      const items = valid.flatMap((entry) => entry.items);
      if (items.length > 0) outcome = 'delivered';
      const traceparent = valid[0]?.traceparent;
      const traces = valid.flatMap((entry) => entry.traces);
      loaded = await turn.commit(loaded, { run, from, to, items, traceparent, traces }, to === seq);
      from = to + 1;
    }
    return turn.result(outcome, loaded);
  }

  /**
   * Returns the first number to process: the one after the last entry in the head. In an unknown run, this is the first
   * of the consecutive entries that end at the lowest announced entry.
   */
  async #begin(loaded: LoadedHead): Promise<number> {
    const last = lastDone(loaded, this.#run);
    if (last !== undefined) return last + 1;
    return Math.min(this.#lowest, await walkBack(this.#entries, this.#keyOf, this.#lowest));
  }

  async #check(found: PeekedEntries['found']): Promise<CheckedEntry[]> {
    const { feed, dependencies } = this.#turn;
    const checked = found.map(({ seq, text }) =>
      checkEntry({ run: this.#run, feed, seq }, text, dependencies.now()),
    );
    for (const [index, entry] of checked.entries()) {
      if ('refused' in entry) {
        await this.#setAside(entry.seq, entry.refused, entry.faults, found[index]?.text ?? null);
      }
    }
    return checked;
  }

  /** Sets entries `from` to `to` aside as missing. If `isDone`, marks all entries up to `to` as finished. */
  async #setAsideMissing(loaded: LoadedHead, from: number, to: number, isDone: boolean): Promise<LoadedHead> {
    const run = this.#run;
    const fault = `entries ${from} to ${to} of run ${run}: announced, but neither stored nor finished`;
    await this.#setAside(to, 'missing', [fault], null);
    if (isDone) {
      return this.#turn.commit(loaded, { run, from, to, items: [] });
    }
    return loaded.beginsEpoch ? this.#turn.commit(loaded, undefined) : loaded;
  }

  async #setAside(seq: number, reason: SetAside['reason'], faults: string[], content: string | null) {
    const { feed, dependencies } = this.#turn;
    await addSetAsideRecord({ entry: this.#keyOf(seq), feed, reason, faults, content }, dependencies);
  }
}

const isSame = (a: LoadedHead, b: LoadedHead): boolean =>
  a.etag === b.etag && a.beginsEpoch === b.beginsEpoch && isDeepStrictEqual(a.stored, b.stored);
