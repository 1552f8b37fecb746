import { isDeepStrictEqual } from 'node:util';
import { entryKey, type Position, type SetAside } from '@tocsin/contracts';
import { checkEntry, type CheckedEntry } from './check-entry.ts';
import type { LimitsOf } from '../../feed/limits.ts';
import type { Commit, FeedBatch } from '../../feed/commit/plan-commit.ts';
import type { Activation } from '../append/activation.ts';
import { lastMissing, peekForward, walkBack, type PeekedEntries, type KeyOf } from '../peek/peek.ts';
import { commit, type CommitDependencies } from '../append/prepare-commit.ts';
import { confirm, withdraw, type ConfirmDependencies } from '../broadcast/confirm.ts';
import { peekEarly } from '../peek/early-peek.ts';
import { LostDocumentError } from '../errors.ts';
import { addSetAsideRecord } from '../turn/set-aside.ts';
import { loadHead, type CallerKnowledge, type LoadedHead } from '../load/load-head.ts';
import type { Entries, SetAsideStore, StoreOrigin } from '../ports.ts';

/** What became of an announcement. A turn that cannot say so rejects, and is repeated. */
export type Outcome = 'delivered' | 'already-claimed' | 'set-aside';

export interface TurnResult {
  outcome: Outcome;
  position: Position;
}

export interface TurnEvents {
  lossNoticed(feed: string, reason: string): void;
  appended(feed: string, taken: FeedBatch | undefined, commit: Commit): void;
  /** The entries of a partition's run up to the last that was taken are popped. */
  claimed(taken: Pick<FeedBatch, 'run' | 'partition' | 'to' | 'traces'>): void;
  setAside(record: SetAside): void;
}

export interface TurnDependencies extends CommitDependencies, ConfirmDependencies {
  origin: StoreOrigin;
  setAside: SetAsideStore;
  events: TurnEvents;
}

/** Of the turns of any feeds: each feed has limits of its own. */
export interface TurnsDependencies extends Omit<TurnDependencies, 'limits'> {
  limitsOf: LimitsOf;
}

/**
 * The entry that was announced, and of several announcements of the run the highest, `from` being the lowest. Without one
 * the turn only makes sure that the feed has a sound head.
 */
export type Announced = { run: string; seq: number; from?: number | undefined } | undefined;

/** How a turn stands to the other turns of its feed in this process. */
export interface TurnOrder {
  /** Resolves when the turn before has ended, well or not: until then this one only reads. */
  before: Promise<void>;
  /** Called when the turn has written its last head; it then still claims and broadcasts. Perhaps never called. */
  committed: () => void;
}

const ALONE: TurnOrder = { before: Promise.resolve(), committed: () => undefined };

/**
 * One turn of a feed alone, for an announcement of 0.1.0 or a reader that misses something: load the head, confirm what it has unconfirmed, peek at the entries up to
 * the announced one, commit them in order, claim and broadcast them. Turns of one feed must not overlap in one
 * process but as `order` says; between processes the head's etag decides. Rejects when the announcement has to come again.
 */
export async function takeFeedTurn(
  feed: string,
  announced: Announced,
  caller: CallerKnowledge,
  activation: Activation,
  dependencies: TurnDependencies,
  order = ALONE,
): Promise<TurnResult> {
  try {
    return await new Turn(feed, caller, activation, dependencies, order).take(announced);
  } catch (error) {
    if (!(error instanceof LostDocumentError) || caller.lostDocument === error.key) throw error;
    const again = { ...caller, lostDocument: error.key };
    return new Turn(feed, again, activation, dependencies, order).take(announced);
  }
}

class Turn {
  readonly #feed: string;
  readonly #caller: CallerKnowledge;
  readonly #activation: Activation;
  readonly #use: TurnDependencies;
  readonly #order: TurnOrder;

  #entries: Entries;

  constructor(
    feed: string,
    caller: CallerKnowledge,
    activation: Activation,
    dependencies: TurnDependencies,
    order: TurnOrder,
  ) {
    this.#feed = feed;
    this.#caller = caller;
    this.#activation = activation;
    this.#use = dependencies;
    this.#order = order;
    this.#entries = dependencies.entries;
  }

  async take(announced: Announced): Promise<TurnResult> {
    if (announced) this.#entries = peekEarly(this.#use.entries, entryKey({ ...announced, feed: this.#feed }));
    let loaded = await this.#load();
    if (!announced) {
      if (loaded.begins) loaded = await this.#commit(loaded, undefined);
      return this.#result('already-claimed', loaded);
    }
    const { run, seq } = announced;
    if ((doneThrough(loaded, run) ?? 0) >= seq) return this.#result('already-claimed', loaded);
    let from = await this.#begin(loaded, run, seq);
    let outcome: Outcome = 'set-aside';
    while (from <= seq) {
      const batch = await this.#peek(run, from, seq);
      if (batch.found.length === 0) {
        const to = await lastMissing(this.#entries, this.#keyIn(run), from, seq);
        // Missing is only what a head read after the miss has not taken.
        const before = loaded;
        loaded = await this.#load();
        if (to < from || !isSame(loaded, before)) {
          if ((doneThrough(loaded, run) ?? 0) >= seq) return this.#result('already-claimed', loaded);
          from = await this.#begin(loaded, run, seq);
          continue;
        }
        // Of a run that the head does not know, what lies below the announced number cannot be told from taken.
        if (doneThrough(loaded, run) !== undefined || to === seq)
          loaded = await this.#giveUp(loaded, run, from, to);
        from = to + 1;
        continue;
      }
      const checked = await this.#check(run, batch.found);
      const valid = checked.flatMap((entry) => ('refused' in entry ? [] : [entry]));
      const to = from + batch.found.length - 1;
      const items = valid.flatMap((entry) => entry.items);
      if (items.length > 0) outcome = 'delivered';
      const traceparent = valid[0]?.traceparent;
      const traces = valid.flatMap((entry) => entry.traces);
      loaded = await this.#commit(loaded, { run, from, to, items, traceparent, traces }, to === seq);
      from = to + 1;
    }
    return this.#result(outcome, loaded);
  }

  #keyIn(run: string): KeyOf {
    return (seq) => entryKey({ run, feed: this.#feed, seq });
  }

  /** The first number to take: after the head's, or for an unknown run where its unbroken entries begin. */
  async #begin(loaded: LoadedHead, run: string, seq: number): Promise<number> {
    const last = doneThrough(loaded, run);
    if (last !== undefined) return last + 1;
    return Math.min(seq, await walkBack(this.#entries, this.#keyIn(run), seq));
  }

  async #load(): Promise<LoadedHead> {
    const loaded = await loadHead(this.#feed, this.#caller, this.#use);
    if (loaded.loss) this.#use.events.lossNoticed(this.#feed, loaded.loss);
    await this.#use.onStep('loaded');
    await this.#order.before;
    // What a head that is not built on has committed is not in the epoch that begins: its entries are taken again.
    if (!loaded.begins) await this.#confirm(loaded);
    else await withdraw(this.#feed, loaded.stored, this.#use);
    return loaded;
  }

  async #peek(run: string, from: number, to: number): Promise<PeekedEntries> {
    const batch = await peekForward(this.#entries, this.#keyIn(run), from, to);
    await this.#use.onStep('peeked');
    return batch;
  }

  async #commit(loaded: LoadedHead, taken: FeedBatch | undefined, isLast = false): Promise<LoadedHead> {
    const done = await commit(this.#feed, loaded, taken, this.#activation, this.#use);
    await this.#use.onStep('committed');
    if (isLast) this.#order.committed();
    await this.#confirm(done.loaded);
    this.#use.events.appended(this.#feed, taken, done.commit);
    return done.loaded;
  }

  #confirm(loaded: LoadedHead): Promise<void> {
    return confirm(this.#feed, loaded.stored, this.#activation, this.#use);
  }

  async #check(run: string, found: PeekedEntries['found']): Promise<CheckedEntry[]> {
    const checked = found.map(({ seq, text }) =>
      checkEntry({ run, feed: this.#feed, seq }, text, this.#use.now()),
    );
    for (const [index, entry] of checked.entries()) {
      if ('refused' in entry) {
        await this.#setAside(run, entry.seq, entry.refused, entry.faults, found[index]?.text ?? null);
      }
    }
    return checked;
  }

  /**
   * Declares the numbers `from` to `to` missing: set aside without content. Of a run that the head knows they are
   * done; of another one no number is, since those below may still be announced.
   */
  async #giveUp(loaded: LoadedHead, run: string, from: number, to: number): Promise<LoadedHead> {
    const fault = `${run} ${from} to ${to}: announced, but neither there nor taken`;
    await this.#setAside(run, to, 'missing', [fault], null);
    if (doneThrough(loaded, run) !== undefined) {
      return this.#commit(loaded, { run, from, to, items: [] });
    }
    return loaded.begins ? this.#commit(loaded, undefined) : loaded;
  }

  async #setAside(
    run: string,
    seq: number,
    reason: SetAside['reason'],
    faults: string[],
    content: string | null,
  ) {
    const feed = this.#feed;
    const entry = entryKey({ run, feed, seq });
    await addSetAsideRecord({ entry, feed, reason, faults, content }, this.#use);
  }

  #result(outcome: Outcome, { stored }: LoadedHead): TurnResult {
    return { outcome, position: { epoch: stored.epoch, offset: stored.offset } };
  }
}

/** The highest number of the run that is done; none for a run that the head does not know. */
export const doneThrough = ({ base }: Pick<LoadedHead, 'base'>, run: string): number | undefined =>
  base && Object.hasOwn(base.producers, run) ? base.producers[run]?.[0] : undefined;

/** Whether a head read again is the one read before, judged in the same way. */
const isSame = (a: LoadedHead, b: LoadedHead): boolean =>
  a.etag === b.etag && a.begins === b.begins && isDeepStrictEqual(a.stored, b.stored);
