import type { CallerHints } from '../load/load-head.ts';
import { combineAnnouncements } from '../turn/turn-queue.ts';
import type { TurnTaker, Announced } from '../turn/turn.ts';

interface Waiter<Result> {
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** A run's waiting announcements, merged into one. */
interface Group<Result, A extends Announced> {
  announced: NonNullable<A>;
  caller: CallerHints;
  waiters: Waiter<Result>[];
}

/**
 * Makes one call at a time per feed or partition. Combines announcements that arrive during a call: a turn processes a
 * run's entries up to the announced number, so the highest number covers the lower numbers. Each announcement settles
 * with the call that covers it.
 */
export function coalesce<Name, Result, A extends Announced>(
  call: TurnTaker<Name, Result, A>,
): TurnTaker<Name, Result, A> {
  const busyNames = new Map<Name, Group<Result, A>[]>();

  const processAll = async (name: Name, waiting: Group<Result, A>[]): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { announced, caller, waiters } = next;
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
      const waiting = busy ?? [];
      const waiter = { resolve, reject };
      if (!join(waiting, announced, caller, waiter)) waiting.push({ announced, caller, waiters: [waiter] });
      if (busy) return;
      busyNames.set(name, waiting);
      void processAll(name, waiting);
    });
  };
}

/**
 * Combines the announcement with the run's first group whose numbers are close enough. Returns false if there is no
 * such group.
 */
function join<Result, A extends Announced>(
  groups: readonly Group<Result, A>[],
  announced: NonNullable<A>,
  caller: CallerHints,
  waiter: Waiter<Result>,
): boolean {
  for (const group of groups) {
    const combined = combineAnnouncements(group.announced, announced);
    if (!combined) continue;
    group.announced = combined;
    group.caller = caller;
    group.waiters.push(waiter);
    return true;
  }
  return false;
}
