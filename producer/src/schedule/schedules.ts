import {
  MAX_NOTIFICATIONS_PER_REQUEST,
  partsOfIdBeside,
  scheduledSchema,
  type Arrival,
  type ScheduleList,
  type Scheduled,
} from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import type { Scheduler } from '../produce/ports.ts';
import { AddsInProgress } from './adds-in-progress.ts';
import { eventPrefixOf, nameOf, prefixOf, toNamed, type Named } from './names.ts';
import type { DueWindowStore, Jobs, ScheduleIndexStore, ScheduleObserver } from './ports.ts';
import { DueWindow } from './due-window.ts';
import { inParallel } from './in-parallel.ts';
import { readInParts } from './read-in-parts.ts';
import { CHANGE_LIMIT_MS, ScheduleIndex } from './schedule-index.ts';
import { ScheduleLister } from './schedule-lister.ts';

/**
 * How early jobs are handed over (ms). After a scheduler is killed, its jobs don't fire until its lease has expired,
 * which takes up to 20 s. Jobs that are due in that time must have been handed over before.
 */
export const LEAD_MS = 30_000;
/** Extra delay in ms before a producer delivers a schedule that another producer added. */
const OTHER_OWNER_DELAY_MS = 600;
const POLL_INTERVAL_MS = 5_000;
const RETRY_AFTER_MS = 1_000;
const PARALLEL_JOBS = 16;
/** The longest delay that setTimeout supports. Schedules in the due window are always due sooner. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Thrown if a job is handed over long before it's due, perhaps by something other than Dapr's scheduler. */
export class NotDueError extends Error {
  override readonly name = 'NotDueError';
}

export interface SchedulesOptions {
  jobs: Jobs;
  dueWindowStore: DueWindowStore;
  scheduleIndexStore: ScheduleIndexStore;
  /** Publishes notifications. Resolves with true when they are deposited and announced. */
  deliver: (notifications: readonly Arrival[], traceparent?: string) => Promise<boolean>;
  /** Identifies this process among the producers. */
  owner: string;
  /** Time limit for a request in ms. Waiting for the schedule index takes at most a quarter of it. */
  timeoutMs: number;
  now: () => number;
  observer: ScheduleObserver;
}

/**
 * Notifications with a delivery time. Those due within a minute go to the due window in the state store. All producers
 * see them there, and one producer delivers them. All others become jobs in Dapr's scheduler, which hands them over
 * half a minute early. Either way, notifications survive the loss of any process. Delivering a notification twice is
 * harmless because a feed accepts an id only once.
 */
export class Schedules implements Scheduler {
  readonly #options: SchedulesOptions;
  readonly #dueWindow: DueWindow;
  readonly #index: ScheduleIndex;
  readonly #lister: ScheduleLister;
  readonly #adds = new AddsInProgress();
  /** `firesAt` is measured by `performance.now()`, which, like timers, may stop while the machine sleeps. */
  readonly #timers = new Map<string, { timer: ReturnType<typeof setTimeout>; firesAt: number }>();
  readonly #end = new AbortController();
  /** Names of the due schedules that aren't delivered yet, and when they were due. */
  readonly #due = new Map<string, number>();
  #firing = false;

  constructor(options: SchedulesOptions) {
    this.#options = options;
    this.#dueWindow = new DueWindow(options.dueWindowStore, ({ due }) => this.#watch(due));
    const { jobs, now, timeoutMs } = options;
    this.#index = new ScheduleIndex(
      options.scheduleIndexStore,
      now,
      Math.min(CHANGE_LIMIT_MS, timeoutMs / 4),
    );
    this.#lister = new ScheduleLister({ index: this.#index, dueWindow: this.#dueWindow, jobs, now });
  }

  /** Starts delivering the due window, including schedules from stopped producers. */
  start(): void {
    void this.#poll();
  }

  /** Stops delivering. The due window remains for other producers, or for this producer after a restart. */
  stop(): void {
    this.#end.abort();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * Resolves when every notification is stored. If it rejects, some may have been stored, and retrying is safe. If an
   * id is added twice, the original content is kept. Once `signal` is aborted, no further step begins.
   */
  async add(
    list: readonly { notification: Arrival; at: number }[],
    traceparent?: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const named = list.map(({ notification, at }) => toNamed(notification, at, traceparent));
    const now = this.#options.now();
    const isBeyondWindow = ({ scheduled }: Named) => scheduled.at - now > 2 * LEAD_MS;
    const dueSoon = named.filter((schedule) => !isBeyondWindow(schedule));
    const isCurrent = async () => signal?.aborted !== true;
    await this.#adds.track(named, [
      this.#addJobs(named.filter(isBeyondWindow), signal),
      ...(dueSoon.length > 0 ? [this.#dueWindow.add(this.#options.owner, dueSoon, isCurrent)] : []),
    ]);
    signal?.throwIfAborted();
    this.#options.observer.scheduled(list.length);
  }

  async #addJobs(list: readonly Named[], signal?: AbortSignal): Promise<void> {
    if (list.length === 0) return;
    // Write the index first. After a crash between the two writes, the index has an entry without a job, but the list
    // omits this entry. In the other order, the list would omit a job.
    await this.#tryToIndex(this.#index.add(list.map(({ name, scheduled: { at } }) => [name, at])));
    await inParallel(list, PARALLEL_JOBS, async ({ name, scheduled }) => {
      signal?.throwIfAborted();
      await this.#options.jobs.set(name, scheduled.at - LEAD_MS, scheduled);
    });
  }

  /** Waits for a change to the index. Reports failures but never rejects, since no schedule depends on the index. */
  #tryToIndex(change: Promise<void>): Promise<void> {
    return change.catch((error: unknown) => this.#options.observer.unlisted(error));
  }

  /** Returns the total number of schedules and lists the earliest. Rejects if the list can't be read. */
  list(): Promise<ScheduleList> {
    return this.#lister.list();
  }

  /**
   * Returns the time at which a notification is due (ms since 1970), or `undefined` if it isn't scheduled. Doesn't find
   * schedules from events.
   */
  async find(feed: string, id: string): Promise<number | undefined> {
    const name = nameOf(feed, { id });
    const [job, [due]] = await Promise.all([this.#options.jobs.find(name), this.#dueWindow.read([name])]);
    return [due, job].flatMap((content) => this.#readable(content))[0]?.at;
  }

  /**
   * Resolves when all schedules with this id are gone. A job that is being handed over may still be delivered, but the
   * retraction hides it from the feed. Once `signal` is aborted, no further step begins.
   */
  async cancel(feed: string, id: string, signal?: AbortSignal): Promise<void> {
    const ownName = nameOf(feed, { id });
    // Also remove schedules that came from events with this id. If `idBesideAnother` could have created this id for an
    // event, also remove that event's schedule.
    const prefixes = [eventPrefixOf(feed, id)];
    const eventId = partsOfIdBeside(id);
    if (eventId) prefixes.push(eventPrefixOf(feed, eventId.id) + eventId.source);
    const { jobs } = this.#options;
    const matches = (name: string) => name === ownName || prefixes.some((prefix) => name.startsWith(prefix));
    const removeJobs = () =>
      Promise.all([jobs.remove(ownName), ...prefixes.map((prefix) => jobs.removeAll(prefix))]);
    await this.#adds.removeAround(matches, removeJobs, signal);
    await Promise.all([
      this.#dueWindow.remove(({ name }) => matches(name), signal),
      this.#tryToIndex(this.#index.remove(prefixOf(feed), matches)),
    ]);
  }

  /** Resolves when all the feed's schedules are gone. Once `signal` is aborted, no further step begins. */
  async cancelAll(feed: string, signal?: AbortSignal): Promise<void> {
    const prefix = prefixOf(feed);
    const matches = (name: string) => name.startsWith(prefix);
    await this.#adds.removeAround(matches, () => this.#options.jobs.removeAll(prefix), signal);
    // An erasure must also remove the ids from the index, so fail if the index can't be written.
    await Promise.all([
      // A producer that found a job before it was removed may still be adding it.
      this.#dueWindow.removeForGood(({ name }) => matches(name), signal),
      this.#index.erase(prefix, signal),
    ]);
  }

  /**
   * Moves a job into the due window. Reads the content from the scheduler by name because the caller isn't trusted.
   * Resolves with true if the schedule is in the window, was removed in the meantime or is unreadable, and with false
   * if the job doesn't exist. Rejects if the job isn't due soon, or if moving it may have failed.
   * @throws NotDueError
   */
  async takeOver(name: string): Promise<boolean> {
    const find = () => this.#options.jobs.find(name);
    const content = await find();
    for (const scheduled of this.#readable(content)) {
      const { notification } = scheduled;
      const key = nameOf(notification.feed, notification);
      if (scheduled.at - this.#options.now() > 2 * LEAD_MS)
        throw new NotDueError(`The schedule ${name} is due in more than ${(2 * LEAD_MS) / 1000} s.`);
      // If the job is gone by now, it was retracted or erased, or another producer has already added the schedule.
      const isCurrent = async () => (await find()) !== undefined;
      await this.#dueWindow.add(this.#options.owner, [{ name: key, scheduled }], isCurrent);
    }
    return content !== undefined;
  }

  #readable(content: unknown): Scheduled[] {
    if (content === undefined) return [];
    const parsed = scheduledSchema.safeParse(content);
    if (parsed.success) return [parsed.data];
    this.#options.observer.unreadable(content, parsed.error.message);
    return [];
  }

  async #poll(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      let wait = POLL_INTERVAL_MS;
      try {
        await this.#dueWindow.refresh();
      } catch (error) {
        this.#options.observer.failed('look', error);
        wait = RETRY_AFTER_MS;
      }
      await pause(wait, signal);
    }
  }

  #watch(list: readonly { name: string; at: number; owner: string }[]): void {
    if (this.#end.signal.aborted) return;
    const names = new Set(list.map(({ name }) => name));
    for (const [name, { timer }] of this.#timers) {
      if (names.has(name)) continue;
      clearTimeout(timer);
      this.#timers.delete(name);
    }
    const now = this.#options.now();
    for (const { name, at, owner } of list) {
      if (this.#due.has(name)) continue;
      const wait = Math.max(0, at - now) + (owner === this.#options.owner ? 0 : OTHER_OWNER_DELAY_MS);
      const existing = this.#timers.get(name);
      // Keep a timer that is waiting for a retry, since it is late on purpose.
      if (existing && existing.firesAt - performance.now() <= wait + RETRY_AFTER_MS) continue;
      clearTimeout(existing?.timer);
      this.#wait(name, at, wait);
    }
  }

  #wait(name: string, at: number, ms: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(name);
        this.#due.set(name, at);
        void this.#fire();
      },
      Math.min(ms, MAX_DELAY_MS),
    );
    this.#timers.set(name, { timer, firesAt: performance.now() + ms });
  }

  /** Delivers the due schedules and removes them from the window. Retries a failed delivery after a second. */
  async #fire(): Promise<void> {
    if (this.#firing) return;
    this.#firing = true;
    // Batches schedules that are due in the same millisecond.
    await pause(0);
    while (this.#due.size > 0 && !this.#end.signal.aborted) {
      const sorted = [...this.#due].sort(([, a], [, b]) => a - b);
      const due = new Map(sorted.slice(0, MAX_NOTIFICATIONS_PER_REQUEST));
      try {
        for await (const part of readInParts([...due.keys()], (names) => this.#dueWindow.read(names))) {
          if (this.#end.signal.aborted) break;
          await this.#deliver(part.contents);
          await this.#reportLost([...part.names].filter((_, index) => part.contents[index] === undefined));
          await this.#dueWindow.remove(({ name }) => part.names.has(name));
          for (const name of part.names) this.#due.delete(name);
        }
      } catch (error) {
        this.#options.observer.failed('fire', error);
        for (const [name, at] of due) {
          if (this.#due.delete(name) && !this.#end.signal.aborted) this.#wait(name, at, RETRY_AFTER_MS);
        }
      }
    }
    this.#firing = false;
  }

  /** Given schedules with missing content, reports any that no other producer has delivered or removed. */
  async #reportLost(missing: readonly string[]): Promise<void> {
    const lost = missing.length > 0 ? await this.#dueWindow.lost(missing) : [];
    if (lost.length > 0) this.#options.observer.lost(lost);
  }

  async #deliver(contents: readonly unknown[]): Promise<void> {
    const found = contents.flatMap((content) => this.#readable(content));
    if (found.length === 0) return;
    const notifications = found.map(({ notification }) => notification);
    const accepted = await this.#options.deliver(notifications, found[0]?.traceparent);
    if (!accepted) throw new Error('The due schedules were not deposited and announced in time.');
    const ids = notifications.map(({ id }) => id);
    this.#options.observer.fired(ids, this.#options.now() - (found[0]?.at ?? 0));
  }
}
