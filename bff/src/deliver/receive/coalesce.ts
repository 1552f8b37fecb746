import type { CallerKnowledge } from '../load/load-head.ts';
import { combineAnnouncements } from '../turn/turn-queue.ts';
import type { TurnTaker, Announced } from '../turn/turn.ts';

interface Waiter<Result> {
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** The waiting announcements of one run, combined into one that covers them all. */
interface Group<Result, A extends Announced> {
  announced: NonNullable<A>;
  caller: CallerKnowledge;
  waiters: Waiter<Result>[];
}

/**
 * Makes one call at a time for each feed or partition, and combines announcements that arrive during a call: a turn
 * takes all entries of a run up to the announced number, so the highest one covers the others. Each announcement
 * settles with the outcome of the call that covers it.
 */
export function coalesce<Name, Result, A extends Announced>(
  call: TurnTaker<Name, Result, A>,
): TurnTaker<Name, Result, A> {
  const busyNames = new Map<Name, Map<string, Group<Result, A>>>();

  const processAll = async (name: Name, waiting: Map<string, Group<Result, A>>): Promise<void> => {
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [run, { announced, caller, waiters }] = next.value;
      waiting.delete(run);
      try {
        const result = await call(name, announced, caller);
        for (const { resolve } of waiters) resolve(result);
      } catch (error) {
        for (const { reject } of waiters) reject(error);
      }
    }
    busyNames.delete(name);
  };

  return (name, announced, caller) => {
    if (!announced) return call(name, announced, caller);
    return new Promise<Result>((resolve, reject) => {
      const busy = busyNames.get(name);
      const waiting = busy ?? new Map<string, Group<Result, A>>();
      const group = waiting.get(announced.run) ?? { announced, caller, waiters: [] };
      group.announced = combineAnnouncements(group.announced, announced);
      group.caller = caller;
      group.waiters.push({ resolve, reject });
      waiting.set(announced.run, group);
      if (busy) return;
      busyNames.set(name, waiting);
      void processAll(name, waiting);
    });
  };
}
