import type { Arrival } from '@tocsin/contracts';
import { pause } from '@tocsin/service/pause';
import { complete, deliveryTime, type Input, type Outcome, type Producer } from '../produce/index.ts';
import type { Schedules } from './schedules.ts';
import { SoonFullError } from './soon.ts';

export interface IntakeOptions {
  producer: Pick<Producer, 'produce'>;
  schedules: Pick<Schedules, 'add' | 'cancel' | 'cancelAll'>;
  /** What is not kept after so many ms is answered `late`. */
  timeoutMs: number;
  /** An erasure is answered after so many ms; less only where nothing is published by event. */
  settleMs?: number;
  now: () => number;
  /** Told why something could not be kept, or be cancelled. */
  onFailure: (error: unknown) => void;
}

export interface Answered {
  ids: string[];
  outcome: Outcome;
}

/**
 * Events say in whole seconds when they were published. One that comes within this time, in ms, counts as published when it
 * comes; a later one counts as published when it says, since it may be older than an erasure.
 */
const ON_TIME_MS = 1_500;
/** By which the clocks of producers, and of those who publish, may differ. */
const CLOCKS_MS = 250;
/**
 * What counts as published before this time after an erasure was asked for may have been published before it, and is
 * erased. What is published once the erasure is answered counts as later, also by event.
 */
const ERASED_AFTER_MS = ON_TIME_MS + CLOCKS_MS;
const SETTLE_MS = ERASED_AFTER_MS + 1_000 + CLOCKS_MS;

/**
 * Every way into the producer: what is due goes to its feeds, what is not waits as a schedule. `accepted` only once
 * all of a request is deposited and announced or kept; after any other outcome repeating with the same ids completes
 * it.
 */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * `caller` is the name of the key with which the request came, here and below; `publishedAt` when an event says that it
   * was published, in ms since 1970.
   */
  async publish(
    inputs: readonly Input[],
    traceparent?: string,
    caller?: string,
    publishedAt = Infinity,
  ): Promise<Answered> {
    const { producer, schedules, now } = this.#options;
    const time = now();
    const taken = time - publishedAt > ON_TIME_MS ? publishedAt : time;
    const due: Arrival[] = [];
    const later: { notification: Arrival; at: number }[] = [];
    const ids: string[] = [];
    for (const input of inputs) {
      const notification = complete(input, taken);
      ids.push(notification.id);
      const at = deliveryTime(input, time);
      if (at > time) later.push({ notification, at });
      else due.push(notification);
    }
    const outcomes = await Promise.all<Outcome>([
      due.length > 0 ? producer.produce(due, traceparent, caller) : 'accepted',
      later.length > 0 ? this.#inTime(schedules.add(later, traceparent)) : 'accepted',
    ]);
    return { ids, outcome: worst(outcomes) };
  }

  /** Takes a notification away wherever it is: shown, waiting for its time, or yet to come. */
  async retract(feed: string, id: string, traceparent?: string, caller?: string): Promise<Outcome> {
    const at = new Date(this.#options.now()).toISOString();
    return worst(
      await Promise.all([
        this.#inTime(this.#options.schedules.cancel(feed, id)),
        this.#options.producer.produce([{ retract: id, feed, at }], traceparent, caller),
      ]),
    );
  }

  /**
   * Erases a feed with all that waits for it, or is on its way from any producer. Answers only when what is published from
   * then on is told from what was published before; what is published meanwhile may go too.
   */
  async erase(feed: string, traceparent?: string, caller?: string): Promise<Outcome> {
    const { producer, schedules, now, settleMs = SETTLE_MS } = this.#options;
    const settled = settleMs > 0 ? pause(settleMs) : undefined;
    const at = new Date(now() + Math.min(ERASED_AFTER_MS, settleMs)).toISOString();
    const cancelled = await this.#inTime(schedules.cancelAll(feed));
    if (cancelled !== 'accepted') return cancelled;
    const erased = await producer.produce([{ erase: true, feed, at }], traceparent, caller);
    if (erased !== 'accepted') return erased;
    await settled;
    // A job may have been handed over while it was cancelled.
    return this.#inTime(schedules.cancelAll(feed));
  }

  async #inTime(work: Promise<void>): Promise<Outcome> {
    const end = new AbortController();
    const done = work.then(
      (): Outcome => 'accepted',
      (error: unknown): Outcome => {
        this.#options.onFailure(error);
        return error instanceof SoonFullError ? 'full' : 'late';
      },
    );
    const late = pause(this.#options.timeoutMs, end.signal).then((): Outcome => 'late');
    const outcome = await Promise.race([done, late]);
    end.abort();
    return outcome;
  }
}

const worst = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.find((outcome) => outcome !== 'accepted') ?? 'accepted';
