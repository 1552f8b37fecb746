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
  now: () => number;
  /** Told why something could not be kept, or be cancelled. */
  onFailure: (error: unknown) => void;
}

export interface Answered {
  ids: string[];
  outcome: Outcome;
}

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

  /** `caller` is the name of the key with which the request came, here and below. */
  async publish(inputs: readonly Input[], traceparent?: string, caller?: string): Promise<Answered> {
    const { producer, schedules, now } = this.#options;
    const time = now();
    const due: Arrival[] = [];
    const later: { notification: Arrival; at: number }[] = [];
    const ids: string[] = [];
    for (const input of inputs) {
      const notification = complete(input, time);
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

  /** Erases a feed with all that waits for it. */
  async erase(feed: string, traceparent?: string, caller?: string): Promise<Outcome> {
    const at = new Date(this.#options.now()).toISOString();
    const cancelled = await this.#inTime(this.#options.schedules.cancelAll(feed));
    if (cancelled !== 'accepted') return cancelled;
    return this.#options.producer.produce([{ erase: true, feed, at }], traceparent, caller);
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
