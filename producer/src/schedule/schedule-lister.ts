import { MAX_LISTED_SCHEDULES, scheduledSchema, type ScheduleList } from '@tocsin/contracts';
import type { DueWindow } from './due-window.ts';
import { inParallel } from './in-parallel.ts';
import type { Jobs } from './ports.ts';
import type { ScheduleIndex } from './schedule-index.ts';

/** How long a list is kept, in ms. */
export const KEPT_MS = 15_000;
const PARALLEL_JOBS = 16;

export interface ScheduleListerOptions {
  index: Pick<ScheduleIndex, 'read'>;
  dueWindow: Pick<DueWindow, 'list' | 'read'>;
  jobs: Pick<Jobs, 'find'>;
  now: () => number;
}

/** Lists the schedules for the ops page: one list at a time, kept for `KEPT_MS`. */
export class ScheduleLister {
  readonly #options: ScheduleListerOptions;
  #last: { list: Promise<ScheduleList>; until: number } | undefined;

  constructor(options: ScheduleListerOptions) {
    this.#options = options;
  }

  /** Rejects if the state store or the scheduler does not answer. */
  list(): Promise<ScheduleList> {
    const { now } = this.#options;
    if (this.#last && now() < this.#last.until) return this.#last.list;
    const last = { list: this.#read(), until: Infinity };
    this.#last = last;
    last.list.then(
      () => (last.until = now() + KEPT_MS),
      () => (this.#last = undefined),
    );
    return last.list;
  }

  async #read(): Promise<ScheduleList> {
    const { index, dueWindow, now } = this.#options;
    const at = now();
    // Reads the index first: a job that moves into the due window in between is then in both.
    const { entries, isComplete } = await index.read();
    const due = await dueWindow.list();
    const times = new Map([...entries, ...due.map((one) => [one.name, one.at] as const)]);
    const names = [...times].sort(([, a], [, b]) => a - b).slice(0, MAX_LISTED_SCHEDULES);
    const found = await this.#find(names.map(([name]) => name));
    const next = found.flatMap((content) => {
      const parsed = scheduledSchema.safeParse(content);
      if (!parsed.success) return [];
      const { notification, at: time } = parsed.data;
      return [{ id: notification.id, feed: notification.feed, deliverAt: new Date(time).toISOString() }];
    });
    next.sort((a, b) => a.deliverAt.localeCompare(b.deliverAt));
    const gone = names.length - next.length;
    return { at: new Date(at).toISOString(), count: times.size - gone, isComplete, next };
  }

  /** The stored contents, in any order; `undefined` for schedules that are gone. */
  async #find(names: readonly string[]): Promise<unknown[]> {
    const { dueWindow, jobs } = this.#options;
    const due = names.length === 0 ? [] : await dueWindow.read(names);
    const found: unknown[] = due.filter((content) => content !== undefined);
    const far = names.filter((_, place) => due[place] === undefined);
    await inParallel(far, PARALLEL_JOBS, async (name) => void found.push(await jobs.find(name)));
    return found;
  }
}
