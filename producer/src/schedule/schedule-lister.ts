import { MAX_LISTED_SCHEDULES, scheduledSchema, type ScheduleList } from '@tocsin/contracts';
import type { DueWindow } from './due-window.ts';
import { inParallel } from './in-parallel.ts';
import type { Jobs } from './ports.ts';
import type { ScheduleIndex } from './schedule-index.ts';

/** Cache lifetime (ms). */
export const CACHE_MS = 15_000;
const PARALLEL_JOBS = 16;
const NAMES_PER_READ = 100;
/** Maximum number of names to look up per list. After failed requests, many names may have no job. */
const MAX_NAMES = 500;

export interface ScheduleListerOptions {
  index: Pick<ScheduleIndex, 'read'>;
  dueWindow: Pick<DueWindow, 'list' | 'read'>;
  jobs: Pick<Jobs, 'find'>;
  now: () => number;
}

/** Lists the schedules for the ops page. Reads never overlap, and lists are cached for `CACHE_MS`. */
export class ScheduleLister {
  readonly #options: ScheduleListerOptions;
  /** `until` is measured by `performance.now()`, so changes to the clock don't affect it. */
  #last: { list: Promise<ScheduleList>; until: number } | undefined;

  constructor(options: ScheduleListerOptions) {
    this.#options = options;
  }

  /** Rejects if the state store or the scheduler doesn't respond. */
  list(): Promise<ScheduleList> {
    if (this.#last && performance.now() < this.#last.until) return this.#last.list;
    const last = { list: this.#read(), until: Infinity };
    this.#last = last;
    last.list.then(
      () => (last.until = performance.now() + CACHE_MS),
      () => (this.#last = undefined),
    );
    return last.list;
  }

  async #read(): Promise<ScheduleList> {
    const { index, dueWindow, now } = this.#options;
    const at = now();
    // Read the index first. If a job moves into the due window between the two reads, it then shows up in both. In the
    // other order, it could show up in neither.
    const { entries, isComplete } = await index.read();
    const due = await dueWindow.list();
    const times = new Map([...entries, ...due.map(({ name, at: dueAt }) => [name, dueAt] as const)]);
    const names = [...times].sort(([, a], [, b]) => a - b).map(([name]) => name);
    const next: ScheduleList['next'] = [];
    const end = Math.min(names.length, MAX_NAMES);
    let missing = 0;
    for (let start = 0; start < end && next.length < MAX_LISTED_SCHEDULES; start += NAMES_PER_READ) {
      const batch = names.slice(start, start + NAMES_PER_READ);
      const found = (await this.#find(batch)).flatMap(toListItems);
      next.push(...found);
      missing += batch.length - found.length;
    }
    next.sort((a, b) => a.deliverAt.localeCompare(b.deliverAt));
    return {
      at: new Date(at).toISOString(),
      count: times.size - missing,
      isComplete,
      next: next.slice(0, MAX_LISTED_SCHEDULES),
    };
  }

  /** The stored contents in any order, or `undefined` for schedules that are gone. */
  async #find(names: readonly string[]): Promise<unknown[]> {
    const { dueWindow, jobs } = this.#options;
    const due = names.length === 0 ? [] : await dueWindow.read(names);
    const found: unknown[] = due.filter((content) => content !== undefined);
    const notInWindow = names.filter((_, index) => due[index] === undefined);
    await inParallel(notInWindow, PARALLEL_JOBS, async (name) => void found.push(await jobs.find(name)));
    return found;
  }
}

function toListItems(content: unknown): ScheduleList['next'] {
  const parsed = scheduledSchema.safeParse(content);
  if (!parsed.success) return [];
  const { notification, at } = parsed.data;
  return [{ id: notification.id, feed: notification.feed, deliverAt: new Date(at).toISOString() }];
}
