import type { DueSnooze, Snoozed } from '@tocsin/contracts';
import type { ReaderChannel } from '../ports.ts';
import type { ReaderEvent } from '../events/reader-change.ts';
import type { Inboxes } from './inboxes.ts';

export interface SnoozeTimersOptions {
  channel: Pick<ReaderChannel, 'onChange'>;
  inboxes: Pick<Inboxes, 'endedBetween' | 'isShown' | 'nextDue' | 'eventOf'>;
  isConnected: (reader: string) => boolean;
  send: (event: ReaderEvent) => void;
  /** Called when reading an inbox or a notification's feed fails. The read is retried. */
  onError: (error: unknown) => void;
  now: () => number;
}

/** Longer waits are split, because Node's timers are limited to 24 days and the clock can change during the wait. */
const MAX_WAIT_MS = 10 * 60 * 1000;
const RETRY_MS = 2_000;
/** Maximum wait between attempts to read an unreadable feed (ms). */
const MAX_RETRY_MS = 60_000;
/**
 * When a reader connects, the connection also gets events for snoozes that ended at most this long ago (ms), in case no
 * instance was running then. If the reader's last checks failed, the connection gets events for all snoozes that ended
 * since the last successful check. If a notification is already seen or read, only the `inbox` event is sent. Clients
 * ignore repeated events.
 */
const LOOK_BACK_MS = 10 * 60 * 1000;

/**
 * Notifies this instance's connections when a reader's snooze ends. These events are only a hint. Whether a snooze has
 * ended depends only on the reader's document and the current time, so snoozes end even if no instance is running.
 */
export class SnoozeTimers {
  readonly #options: SnoozeTimersOptions;
  /** Each reader's timer for the next check. Only readers with snoozes have a timer. */
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  /** The recently ended snoozes that each reader's connections have been notified of. */
  readonly #sent = new Map<string, ReadonlySet<string>>();
  /** Readers with a new connection that hasn't been notified of any ended snoozes. */
  readonly #joined = new Set<string>();
  /** The next check looks back at least to this time (ms). Only set for readers with a timer or a check in progress. */
  readonly #checkFrom = new Map<string, number>();
  /** Readers whose inbox is being read. True means that a reread is needed. */
  readonly #reading = new Map<string, boolean>();
  #stopped = false;

  constructor(options: SnoozeTimersOptions) {
    this.#options = options;
    options.channel.onChange((change) => {
      if (change.name === 'inbox' && options.isConnected(change.reader)) void this.#check(change.reader);
    });
  }

  /** Call when the reader opens a connection to this instance, or subscribes to another feed on one. */
  joined(reader: string): void {
    this.#joined.add(reader);
    void this.#check(reader);
  }

  /** Call when a connection from the reader closes. */
  left(reader: string): void {
    if (this.#options.isConnected(reader)) return;
    this.#forget(reader);
    this.#sent.delete(reader);
    this.#checkFrom.delete(reader);
    this.#joined.delete(reader);
  }

  stop(): void {
    this.#stopped = true;
    for (const reader of [...this.#waiting.keys()]) this.#forget(reader);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Never rejects. */
  async #check(reader: string): Promise<void> {
    if (this.#reading.has(reader)) {
      this.#reading.set(reader, true);
      return;
    }
    do {
      this.#reading.set(reader, false);
      try {
        await this.#notify(reader);
      } catch (error) {
        this.#options.onError(error);
        // The failed check might have removed the reader from `#joined`. The next check must therefore notify every
        // connection again.
        this.#sent.delete(reader);
        this.#wait(reader, RETRY_MS);
      }
    } while (this.#reading.get(reader));
    this.#reading.delete(reader);
    // The reader might have left during the check.
    this.left(reader);
  }

  async #notify(reader: string): Promise<void> {
    const { inboxes, now, send } = this.#options;
    const at = now();
    // Check all recently ended snoozes, not just those that ended since the last check: this instance might learn of a
    // snooze only after it has ended.
    const from = Math.min(at - LOOK_BACK_MS, this.#checkFrom.get(reader) ?? at);
    this.#checkFrom.set(reader, from);
    const ended = await inboxes.endedBetween(reader, from, at);
    const known = this.#joined.delete(reader) ? undefined : this.#sent.get(reader);
    const unsent = ended.filter((snooze) => !known?.has(keyOf(snooze)));
    const { due, unknown } = await this.#dueIn(unsent);
    const sendable = unsent.filter((snooze) => !unknown.has(snooze));
    for (const feed of new Set(sendable.map(({ notification }) => notification.feed))) {
      const state = await inboxes.eventOf({ reader, name: 'inbox', feed, version: '' });
      if (state) send({ reader, name: 'inbox', payload: state });
      const dueInFeed = sendable.filter((snooze) => snooze.notification.feed === feed && due.has(snooze));
      if (dueInFeed.length > 0)
        send({ reader, name: 'snooze-due', payload: { feed, due: dueInFeed.map(dueOf) } });
    }
    const sent = ended.filter((snooze) => !unknown.has(snooze));
    if (sent.length > 0) this.#sent.set(reader, new Set(sent.map(keyOf)));
    else this.#sent.delete(reader);
    // Look for the next snooze after `at`, not after the current time: a snooze might have ended in between.
    const next = await inboxes.nextDue(reader, at);
    if (unknown.size > 0) {
      const failingMs = at - LOOK_BACK_MS - from;
      const retryMs = Math.min(Math.max(RETRY_MS, failingMs / 10), MAX_RETRY_MS);
      this.#wait(reader, Math.min(retryMs, (next ?? Infinity) - now()));
    } else if (next === undefined) {
      this.#forget(reader);
      this.#checkFrom.delete(reader);
    } else {
      this.#checkFrom.set(reader, at);
      this.#wait(reader, next - now());
    }
  }

  /**
   * Resolves with the snoozes to report as due, and with those that are `unknown` because their feed can't be read.
   * Never rejects.
   */
  async #dueIn(ended: readonly Snoozed[]): Promise<{ due: Set<Snoozed>; unknown: Set<Snoozed> }> {
    const [due, unknown] = [new Set<Snoozed>(), new Set<Snoozed>()];
    const check = async (snooze: Snoozed) => {
      try {
        if (await this.#options.inboxes.isShown(snooze)) due.add(snooze);
      } catch (error) {
        if (unknown.size === 0) this.#options.onError(error);
        unknown.add(snooze);
      }
    };
    await Promise.all(ended.filter(({ read, seen }) => !read && !seen).map(check));
    return { due, unknown };
  }

  #wait(reader: string, ms: number): void {
    this.#forget(reader);
    if (this.#stopped || !this.#options.isConnected(reader)) return;
    const pause = Math.min(Math.max(ms, 0), MAX_WAIT_MS);
    const timer = setTimeout(() => void this.#check(reader), pause).unref();
    this.#waiting.set(reader, timer);
  }

  #forget(reader: string): void {
    clearTimeout(this.#waiting.get(reader));
    this.#waiting.delete(reader);
  }
}

const keyOf = ({ notification: { feed, id }, until }: Snoozed): string => `${feed} ${id} ${until}`;

const dueOf = ({ epoch, offset, until, notification }: Snoozed): DueSnooze => ({
  ...{ epoch, offset, until },
  notification: notification,
});
