import { highest } from '../../feed/position.ts';
import type { CallerHints } from '../load/load-head.ts';
import type { Announced, TurnOrder } from './turn.ts';

export type PerformTurn<Result> = (
  announced: Announced,
  caller: CallerHints,
  order: TurnOrder,
) => Promise<Result>;

interface WaitingTurn<Result> {
  announced: Announced;
  caller: CallerHints;
  /** If set, runs instead of a turn. */
  hold?: (order: TurnOrder) => Promise<void>;
  settle: { resolve: (result: Result) => void; reject: (error: unknown) => void }[];
}

/**
 * Runs the turns for a feed or partition in a process, one after another. A turn can start reading before the previous
 * turn has ended, but must not write until then. A run's waiting announcements are combined into one turn, up to the
 * highest number.
 */
export class TurnQueue<Result> {
  readonly #run: PerformTurn<Result>;
  readonly #onIdle: () => void;
  readonly #waiting: WaitingTurn<Result>[] = [];
  /** Resolves when all started turns have ended; `undefined` when idle. */
  #before: Promise<void> | undefined;
  #isReading = false;

  /** Calls `onIdle` whenever a turn ends and the queue is empty. */
  constructor(run: PerformTurn<Result>, onIdle: () => void) {
    this.#run = run;
    this.#onIdle = onIdle;
  }

  /** Enqueues a turn or joins a waiting turn. Settles with that turn's outcome. */
  enqueue(announced: Announced, caller: CallerHints): Promise<Result> {
    return new Promise((resolve, reject) => {
      const joined = this.#joinWaiting(announced, caller);
      if (joined) joined.settle.push({ resolve, reject });
      else {
        this.#waiting.push({ announced, caller, settle: [{ resolve, reject }] });
        this.#pump();
      }
    });
  }

  /**
   * Resolves with a release function when all earlier turns have ended. Later turns wait until the function is called.
   */
  hold(): Promise<() => void> {
    return new Promise((resolve) => {
      const hold = async ({ before }: TurnOrder) => {
        await before;
        await new Promise<void>((release) => resolve(release));
      };
      this.#waiting.push({ announced: undefined, caller: {}, hold, settle: [] });
      this.#pump();
    });
  }

  async settled(): Promise<void> {
    while (this.#before) await this.#before;
  }

  #joinWaiting(announced: Announced, caller: CallerHints): WaitingTurn<Result> | undefined {
    if (!announced || caller.lostDocument !== undefined) return undefined;
    for (const other of this.#waiting) {
      if (!other.announced || other.caller.lostDocument !== undefined) continue;
      const combined = combineAnnouncements(other.announced, announced);
      if (!combined) continue;
      other.announced = combined;
      other.caller = { heard: highest(other.caller.heard, caller.heard) };
      return other;
    }
    return undefined;
  }

  #pump(): void {
    if (this.#isReading) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#isReading = true;
    let hasRead = false;
    const endReading = () => {
      if (hasRead) return;
      hasRead = true;
      this.#isReading = false;
      this.#pump();
    };
    const before = this.#before ?? Promise.resolve();
    const order = { before, committed: endReading };
    const turn = next.hold
      ? next.hold(order)
      : this.#run(next.announced, next.caller, order).then(
          (result) => next.settle.forEach(({ resolve }) => resolve(result)),
          (error: unknown) => next.settle.forEach(({ reject }) => reject(error)),
        );
    const ended = turn
      .then(() => {
        endReading();
        // A turn that fails while reading can end before the previous turn.
        return before;
      })
      .then(() => {
        if (this.#before !== ended) return;
        this.#before = undefined;
        this.#onIdle();
      });
    this.#before = ended;
  }
}

type Entry = NonNullable<Announced>;

/** Maximum distance between the lowest and highest number of combined announcements. */
const MAX_SPAN = 1_000;

/**
 * Combines two announcements in a run into an announcement that covers both numbers. Returns `undefined` if they belong
 * to different runs or their numbers are more than `MAX_SPAN` apart. One of the numbers could then be wrong, and a
 * combined turn that searches for it might never reach the other entry.
 */
export function combineAnnouncements<A extends Entry>(a: A, b: A): A | undefined {
  if (a.run !== b.run) return undefined;
  const seq = Math.max(a.seq, b.seq);
  const from = Math.min(a.from ?? a.seq, b.from ?? b.seq);
  return seq - from > MAX_SPAN ? undefined : { ...a, seq, from };
}
