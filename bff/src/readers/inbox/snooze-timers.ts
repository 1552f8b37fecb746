import type { DueSnooze, Snoozed } from '@tocsin/contracts';
import type { ReaderChannel } from '../ports.ts';
import type { ReaderEvent } from '../reader-change.ts';
import type { Inboxes } from './inboxes.ts';

export interface SnoozeTimersOptions {
  channel: Pick<ReaderChannel, 'onChange'>;
  inboxes: Pick<Inboxes, 'dueBetween' | 'nextDue' | 'eventOf'>;
  /** Whether the reader has connections at this instance. */
  isHere: (reader: string) => boolean;
  /** Sends to the reader's connections at this instance. */
  send: (event: ReaderEvent) => void;
  /** Called when an inbox cannot be read; the read is tried again. */
  onFault: (error: unknown) => void;
  now: () => number;
}

/** Longer waits are divided, since timers of Node end at 24 days and clocks may be set meanwhile. */
const LONGEST_MS = 10 * 60 * 1000;
const AGAIN_MS = 2_000;
/**
 * A reader that connects is also told what ended so long ago, unless it has seen, read or archived it: all instances may
 * have been away. Clients leave out repetitions.
 */
const LOOKED_BACK_MS = 10 * 60 * 1000;

/**
 * Tells the connections of this instance when a snooze of their reader ends. It only tells: a snooze that has ended is over by
 * what the reader's document says and the time, also when no instance was there.
 */
export class SnoozeTimers {
  readonly #use: SnoozeTimersOptions;
  /** Readers with snoozes: up to when they were told, and when the next look is due. */
  readonly #waiting = new Map<string, { told: number; timer: NodeJS.Timeout }>();
  /** Readers whose inbox is being read; true if it is to be read again. */
  readonly #reading = new Map<string, boolean>();
  #stopped = false;

  constructor(options: SnoozeTimersOptions) {
    this.#use = options;
    options.channel.onChange((change) => {
      if (change.name === 'inbox' && options.isHere(change.reader)) void this.#look(change.reader);
    });
  }

  /** A connection of the reader is here. */
  joined(reader: string): void {
    if (!this.#waiting.has(reader)) void this.#look(reader);
  }

  /** A connection of the reader is gone. */
  left(reader: string): void {
    if (!this.#use.isHere(reader)) this.#forget(reader);
  }

  stop(): void {
    this.#stopped = true;
    for (const reader of [...this.#waiting.keys()]) this.#forget(reader);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Never rejects. */
  async #look(reader: string): Promise<void> {
    if (this.#reading.has(reader)) {
      this.#reading.set(reader, true);
      return;
    }
    do {
      this.#reading.set(reader, false);
      try {
        await this.#tell(reader);
      } catch (error) {
        this.#use.onFault(error);
        this.#wait(reader, AGAIN_MS);
      }
    } while (this.#reading.get(reader));
    this.#reading.delete(reader);
  }

  async #tell(reader: string): Promise<void> {
    const { inboxes, now, send } = this.#use;
    const at = now();
    const due = await inboxes.dueBetween(reader, this.#toldUntil(reader), at);
    for (const feed of new Set(due.map(({ notification }) => notification.feed))) {
      const snoozed = due.filter(({ notification }) => notification.feed === feed);
      const state = await inboxes.eventOf({ reader, name: 'inbox', feed, version: '' });
      if (state) send({ reader, name: 'inbox', payload: state });
      send({ reader, name: 'snooze-due', payload: { feed, due: snoozed.map(dueOf) } });
    }
    const next = await inboxes.nextDue(reader);
    if (next === undefined) this.#forget(reader);
    else this.#wait(reader, next - now(), at);
  }

  #toldUntil(reader: string): number {
    return this.#waiting.get(reader)?.told ?? this.#use.now() - LOOKED_BACK_MS;
  }

  #wait(reader: string, ms: number, told = this.#toldUntil(reader)): void {
    this.#forget(reader);
    if (this.#stopped || !this.#use.isHere(reader)) return;
    const pause = Math.min(Math.max(ms, 0), LONGEST_MS);
    const timer = setTimeout(() => void this.#look(reader), pause).unref();
    this.#waiting.set(reader, { told, timer });
  }

  #forget(reader: string): void {
    clearTimeout(this.#waiting.get(reader)?.timer);
    this.#waiting.delete(reader);
  }
}

const dueOf = ({ epoch, offset, until, notification }: Snoozed): DueSnooze => ({
  ...{ epoch, offset, until },
  notification: notification,
});
