import {
  DOCUMENT_VERSION,
  MAX_NOTIFICATIONS_PER_REQUEST,
  partsOfIdBeside,
  scheduledSchema,
  type Arrival,
  type Scheduled,
} from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { eventPrefixOf, nameOf, prefixOf } from './names.ts';
import type { Jobs, DueWindowStore } from './ports.ts';
import { DueWindow } from './due-window.ts';

/**
 * So long before its time a job hands over what it keeps, in ms: a scheduler that was killed fires nothing for the
 * 20 s that its lease lasts, and what is on time then must have been handed over before.
 */
export const LEAD_MS = 30_000;
/** Producers that did not list a schedule themselves leave it to the one that did for so long, in ms. */
const OTHERS_WAIT_MS = 600;
const LOOK_EVERY_MS = 5_000;
const AGAIN_MS = 1_000;
const JOBS_AT_A_TIME = 16;
/** setTimeout's longest; nothing that is due soon is so far away. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A job was handed over, or is said to be, long before its time. */
export class NotDueError extends Error {
  override readonly name = 'NotDueError';
}

export interface SchedulesOptions {
  jobs: Jobs;
  dueWindowStore: DueWindowStore;
  /** Takes notifications to their feeds; true once they are deposited and announced. */
  deliver: (notifications: readonly Arrival[], traceparent?: string) => Promise<boolean>;
  /** Name of this process among the producers. */
  owner: string;
  now: () => number;
  observer: ScheduleObserver;
}

/** Told what happens; must not throw. */
export interface ScheduleObserver {
  scheduled(count: number): void;
  /** `lateMs`: so long after their time they were deposited and announced. */
  fired(ids: readonly string[], lateMs: number): void;
  /** To be tried again. */
  failed(step: 'look' | 'fire', error: unknown): void;
  /** What a job handed over or the list names cannot be read; it is given up. */
  unreadable(content: unknown, faults: string): void;
}

/**
 * Notifications that wait for their time. Far ones are jobs of Dapr's scheduler, which hands them over half a minute
 * ahead; what is due within a minute is listed in the state store, where every producer sees it and the first one
 * delivers it. Both outlive every process. Delivering twice is harmless: a feed takes an id once.
 */
export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #dueWindow: DueWindow;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #end = new AbortController();
  /** What became due in this turn of the event loop, and is delivered together. */
  #due = new Set<string>();
  #firing = false;

  constructor(options: SchedulesOptions) {
    this.#options = options;
    this.#dueWindow = new DueWindow(options.dueWindowStore, ({ due }) => this.#watch(due));
  }

  /** Begins to deliver what is listed, also by producers that are gone. */
  start(): void {
    void this.#look();
  }

  /** Delivers nothing any more; what is listed waits for another producer or the next start. */
  stop(): void {
    this.#end.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * Resolves when each notification is kept until its time. After a rejection any of them may be; repeating completes
   * it, and the first content of an id wins.
   */
  async add(list: readonly { notification: Arrival; at: number }[], traceparent?: string): Promise<void> {
    const named = list.map(({ notification, at }) => {
      const scheduled: Scheduled = {
        v: DOCUMENT_VERSION,
        at,
        notification,
        ...(traceparent !== undefined && { traceparent }),
      };
      return { name: nameOf(notification.feed, notification), scheduled };
    });
    const isFar = ({ scheduled }: { scheduled: Scheduled }) =>
      scheduled.at - this.#options.now() > 2 * LEAD_MS;
    const far = named.filter(isFar);
    const near = named.filter((one) => !isFar(one));
    const { jobs } = this.#options;
    await Promise.all([
      inParallel(far, JOBS_AT_A_TIME, ({ name, scheduled }) =>
        jobs.set(name, scheduled.at - LEAD_MS, scheduled),
      ),
      near.length > 0 ? this.#dueWindow.add(this.#options.owner, near) : undefined,
    ]);
    this.#options.observer.scheduled(list.length);
  }

  /**
   * Resolves when nothing of that id waits any more, here or as a job. One that a job hands over at the same moment
   * may still come; the feed, told of the retraction, then shows it to nobody.
   */
  async cancel(feed: string, id: string): Promise<void> {
    const wanted = nameOf(feed, { id });
    // Events of this id, and the one that would be shown under it beside another.
    const prefixes = [eventPrefixOf(feed, id)];
    const beside = partsOfIdBeside(id);
    if (beside) prefixes.push(eventPrefixOf(feed, beside.id) + beside.source);
    const { jobs } = this.#options;
    await Promise.all([jobs.remove(wanted), ...prefixes.map((prefix) => jobs.removeAll(prefix))]);
    await this.#dueWindow.remove(
      ({ name }) => name === wanted || prefixes.some((prefix) => name.startsWith(prefix)),
    );
  }

  /** Resolves when nothing waits for the feed any more. */
  async cancelAll(feed: string): Promise<void> {
    const prefix = prefixOf(feed);
    await this.#options.jobs.removeAll(prefix);
    await this.#dueWindow.remove(({ name }) => name.startsWith(prefix));
  }

  /**
   * Takes over what the job of that name keeps. Only the name is heard, since it may come from anybody: what the job
   * keeps is read from where it is. Resolves when it is listed, or can never be, with whether there is such a job; rejects
   * when it is not due for long, or that is not known.
   */
  async takeOver(name: string): Promise<boolean> {
    const kept = await this.#options.jobs.find(name);
    for (const scheduled of this.#readable(kept)) {
      const { notification } = scheduled;
      const key = nameOf(notification.feed, notification);
      if (scheduled.at - this.#options.now() > 2 * LEAD_MS)
        throw new NotDueError(`the schedule ${name} is not due for more than ${(2 * LEAD_MS) / 1000} s`);
      await this.#dueWindow.add(this.#options.owner, [{ name: key, scheduled }]);
    }
    return kept !== undefined;
  }

  #readable(content: unknown): Scheduled[] {
    if (content === undefined) return [];
    const parsed = scheduledSchema.safeParse(content);
    if (parsed.success) return [parsed.data];
    this.#options.observer.unreadable(content, parsed.error.message);
    return [];
  }

  async #look(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      let wait = LOOK_EVERY_MS;
      try {
        await this.#dueWindow.look();
      } catch (error) {
        this.#options.observer.failed('look', error);
        wait = AGAIN_MS;
      }
      await pause(wait, signal);
    }
  }

  #watch(list: readonly { name: string; at: number; owner: string }[]): void {
    if (this.#end.signal.aborted) return;
    const names = new Set(list.map(({ name }) => name));
    for (const [name, timer] of this.#timers) {
      if (names.has(name)) continue;
      clearTimeout(timer);
      this.#timers.delete(name);
    }
    const now = this.#options.now();
    for (const { name, at, owner } of list) {
      if (this.#timers.has(name) || this.#due.has(name)) continue;
      const others = owner === this.#options.owner ? 0 : OTHERS_WAIT_MS;
      this.#wait(name, Math.max(0, at - now) + others);
    }
  }

  #wait(name: string, ms: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(name);
        this.#due.add(name);
        void this.#fire();
      },
      Math.min(ms, MAX_DELAY_MS),
    );
    this.#timers.set(name, timer);
  }

  /** Delivers what is due, then takes it off the list; what fails is due again a little later. */
  async #fire(): Promise<void> {
    if (this.#firing) return;
    this.#firing = true;
    // What became due in the same millisecond comes along.
    await pause(0);
    while (this.#due.size > 0 && !this.#end.signal.aborted) {
      const names = [...this.#due].slice(0, MAX_NOTIFICATIONS_PER_REQUEST);
      try {
        await this.#deliver(names);
        const done = new Set(names);
        await this.#dueWindow.remove(({ name }) => done.has(name));
        for (const name of names) this.#due.delete(name);
      } catch (error) {
        this.#options.observer.failed('fire', error);
        for (const name of names) {
          this.#due.delete(name);
          if (!this.#end.signal.aborted) this.#wait(name, AGAIN_MS);
        }
      }
    }
    this.#firing = false;
  }

  async #deliver(names: readonly string[]): Promise<void> {
    const found = (await this.#dueWindow.read(names)).flatMap((content) => this.#readable(content));
    if (found.length === 0) return;
    found.sort((a, b) => a.at - b.at);
    const notifications = found.map(({ notification }) => notification);
    const accepted = await this.#options.deliver(notifications, found[0]?.traceparent);
    if (!accepted) throw new Error('they could not be deposited and announced in time');
    const first = found[0]?.at ?? 0;
    this.#options.observer.fired(
      notifications.map(({ id }) => id),
      this.#options.now() - first,
    );
  }
}

/** Runs `work` over all items, so many at a time; rejects with the first failure, when none is under way. */
async function inParallel<T>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
