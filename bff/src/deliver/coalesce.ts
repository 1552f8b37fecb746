import type { CallerKnowledge } from './load.ts';
import type { CallFeed } from './receive.ts';
import type { TurnResult } from './take.ts';

interface Waiter {
  resolve: (result: TurnResult) => void;
  reject: (error: unknown) => void;
}

/** Announcements of one run that wait; the highest number covers them all. */
interface Group {
  seq: number;
  caller: CallerKnowledge;
  waiters: Waiter[];
}

/**
 * Calls each feed once at a time and joins what arrives meanwhile: a turn takes all of a run up to the announced
 * number, so the highest stands for the others. Each call settles as the one that covers it.
 */
export function coalesce(callFeed: CallFeed): CallFeed {
  const feeds = new Map<string, Map<string, Group>>();

  const work = async (feed: string, waiting: Map<string, Group>): Promise<void> => {
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [run, { seq, caller, waiters }] = next.value;
      waiting.delete(run);
      try {
        const result = await callFeed(feed, { run, seq }, caller);
        for (const { resolve } of waiters) resolve(result);
      } catch (error) {
        for (const { reject } of waiters) reject(error);
      }
    }
    feeds.delete(feed);
  };

  return (feed, announced, caller) => {
    if (!announced) return callFeed(feed, announced, caller);
    return new Promise<TurnResult>((resolve, reject) => {
      const busy = feeds.get(feed);
      const waiting = busy ?? new Map<string, Group>();
      const group = waiting.get(announced.run) ?? { seq: 0, caller, waiters: [] };
      group.seq = Math.max(group.seq, announced.seq);
      group.caller = caller;
      group.waiters.push({ resolve, reject });
      waiting.set(announced.run, group);
      if (busy) return;
      feeds.set(feed, waiting);
      void work(feed, waiting);
    });
  };
}
