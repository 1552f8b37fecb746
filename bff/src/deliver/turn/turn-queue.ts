import { highest } from '../../feed/position.ts';
import type { CallerKnowledge } from '../load/load-head.ts';
import type { Announced, TurnOrder } from './turn.ts';

export type PerformTurn<Result> = (
  announced: Announced,
  caller: CallerKnowledge,
  order: TurnOrder,
) => Promise<Result>;

interface Waiting<Result> {
  announced: Announced;
  caller: CallerKnowledge;
  /** In the place of a turn. */
  hold?: (order: TurnOrder) => Promise<void>;
  settle: { resolve: (result: Result) => void; reject: (error: unknown) => void }[];
}

/**
 * The turns of one feed or partition in one process, one after the other. A turn begins when the one before has written its last
 * head, so that it reads while that one still claims and broadcasts, and it writes nothing before that one has ended.
 * What waits of one run is one turn, up to its highest number.
 */
export class TurnQueue<Result> {
  readonly #run: PerformTurn<Result>;
  readonly #onIdle: () => void;
  readonly #waiting: Waiting<Result>[] = [];
  /** Resolves when all started turns have ended; at once if none is running. */
  #before: Promise<void> | undefined;
  #isReading = false;

  /** `onIdle` is called whenever no turn is waiting or running any more. */
  constructor(run: PerformTurn<Result>, onIdle: () => void) {
    this.#run = run;
    this.#onIdle = onIdle;
  }

  /** Like the turn for an announcement. */
  enqueue(announced: Announced, caller: CallerKnowledge): Promise<Result> {
    return new Promise((resolve, reject) => {
      const joined = this.#joining(announced, caller);
      if (joined) joined.settle.push({ resolve, reject });
      else {
        this.#waiting.push({ announced, caller, settle: [{ resolve, reject }] });
        this.#pump();
      }
    });
  }

  /** Resolves when all turns before have ended; all others wait until the function that it resolves with is called. */
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

  /** Resolves when no turn is running. */
  async settled(): Promise<void> {
    while (this.#before) await this.#before;
  }

  /** The turn that waits already and takes this too, from now on. */
  #joining(announced: Announced, caller: CallerKnowledge): Waiting<Result> | undefined {
    if (!announced || caller.lostDocument !== undefined) return undefined;
    const found = this.#waiting.find(
      (other) => other.announced?.run === announced.run && other.caller.lostDocument === undefined,
    );
    if (!found?.announced) return undefined;
    found.announced = spanning(found.announced, announced);
    found.caller = { heard: highest(found.caller.heard, caller.heard) };
    return found;
  }

  #pump(): void {
    if (this.#isReading) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#isReading = true;
    let hasRead = false;
    const read = () => {
      if (hasRead) return;
      hasRead = true;
      this.#isReading = false;
      this.#pump();
    };
    const before = this.#before ?? Promise.resolve();
    const order = { before, committed: read };
    const turn = next.hold
      ? next.hold(order)
      : this.#run(next.announced, next.caller, order).then(
          (result) => next.settle.forEach(({ resolve }) => resolve(result)),
          (error: unknown) => next.settle.forEach(({ reject }) => reject(error)),
        );
    const ended = turn
      .then(() => {
        read();
        // One that failed while it read may end before the one before it.
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

/** Both of a run as one: the highest number, and the lowest that was announced. */
export const spanning = <A extends Entry>(a: A, b: A): A => ({
  ...a,
  seq: Math.max(a.seq, b.seq),
  from: Math.min(a.from ?? a.seq, b.from ?? b.seq),
});
