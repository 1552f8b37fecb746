import type { Arrival } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { complete, deliveryTime, type Input } from './complete.ts';
import { ScheduleFullError, type Outcome, type OutcomeObserver, type Scheduler } from './ports.ts';
import type { Producer } from './producer.ts';
import { QueueUsage, type QueueLimits } from './queue/queue-usage.ts';
import { storedJsonBytes } from './queue/request.ts';

export interface PublishServiceOptions {
  producer: Pick<Producer, 'produce'>;
  scheduler: Scheduler;
  /**
   * Limits for the notifications being scheduled, and separately for the cancellations in progress. A request that
   * would exceed them gets the outcome `full`.
   */
  scheduling: QueueLimits;
  /** Time limit for scheduling or cancelling in ms. After that, the outcome is `late`. */
  timeoutMs: number;
  /** Minimum duration of an erasure in ms. Values below the default are safe only if no publisher sends events. */
  settleMs?: number;
  now: () => number;
  observer: OutcomeObserver;
  /** Called with the error when scheduling or cancelling fails. */
  onFailure: (error: unknown) => void;
}

export interface PublishResult {
  ids: string[];
  outcome: Outcome;
}

/**
 * If an event arrives at most this long (ms) after its publishing time, the arrival time becomes the notification's
 * date, because Dapr truncates publishing times to whole seconds. If an event arrives later than that, its publishing
 * time becomes the date, because the event may have been published before an erasure.
 */
const ON_TIME_MS = 1_500;
/** Maximum clock skew between producers and publishers in ms. */
const MAX_CLOCK_SKEW_MS = 250;
/**
 * An erasure also removes notifications dated within this time (ms) after the request. They may already have been in
 * transit. Notifications and events published after the response always have later dates.
 */
const ERASED_AFTER_MS = ON_TIME_MS + MAX_CLOCK_SKEW_MS;
const SETTLE_MS = ERASED_AFTER_MS + 1_000 + MAX_CLOCK_SKEW_MS;

/**
 * Publishes notifications: immediately through the producer, or through the scheduler if they are due later. The
 * outcome is `accepted` only if every notification was either deposited and announced, or scheduled.
 */
export class PublishService {
  readonly #options: PublishServiceOptions;
  /** The notifications that are being scheduled. */
  readonly #scheduling: QueueUsage;
  /** The cancellations in progress, each with the size of its feed's name. */
  readonly #cancelling: QueueUsage;

  constructor(options: PublishServiceOptions) {
    this.#options = options;
    this.#scheduling = new QueueUsage(options.scheduling);
    this.#cancelling = new QueueUsage(options.scheduling);
  }

  /**
   * Publishes each input at `deliverAt`, or immediately if that isn't set.
   * @param caller the caller's API key name
   * @param publishedAt the event's publishing time (ms since 1970)
   */
  async publish(
    inputs: readonly Input[],
    traceparent?: string,
    caller?: string,
    publishedAt = Infinity,
  ): Promise<PublishResult> {
    const { producer, now } = this.#options;
    const time = now();
    const datedAt = time - publishedAt > ON_TIME_MS ? publishedAt : time;
    const due: Arrival[] = [];
    const later: { notification: Arrival; at: number }[] = [];
    const ids: string[] = [];
    for (const input of inputs) {
      const notification = complete(input, datedAt);
      ids.push(notification.id);
      const at = deliveryTime(input, time);
      if (at > time) later.push({ notification, at });
      else due.push(notification);
    }
    const outcomes = await Promise.all<Outcome>([
      due.length > 0 ? producer.produce(due, traceparent, caller) : 'accepted',
      later.length > 0 ? this.#schedule(later, traceparent, caller) : 'accepted',
    ]);
    const outcome = firstFailure(outcomes);
    const scheduled = later.map(({ notification }) => notification);
    this.#options.observer.settled(outcome, outcome === 'accepted' ? due : [...due, ...scheduled]);
    return { ids, outcome };
  }

  /** Retracts a notification, whether it is shown, scheduled or not yet published. */
  async retract(feed: string, id: string, traceparent?: string, caller?: string): Promise<Outcome> {
    const { producer, scheduler, now, observer } = this.#options;
    const items = [{ retract: id, feed, at: new Date(now()).toISOString() }];
    const outcome = firstFailure(
      await Promise.all([
        this.#cancel(feed, caller, (signal) => scheduler.cancel(feed, id, signal)),
        producer.produce(items, traceparent, caller),
      ]),
    );
    observer.settled(outcome, items);
    return outcome;
  }

  /**
   * Erases a feed along with its schedules and any notifications in transit from any producer. May also erase
   * notifications published before this resolves, but never any published afterwards.
   */
  async erase(feed: string, traceparent?: string, caller?: string): Promise<Outcome> {
    const { now, observer, settleMs = SETTLE_MS } = this.#options;
    const at = new Date(now() + Math.min(ERASED_AFTER_MS, settleMs)).toISOString();
    const erasure = { erase: true, feed, at } as const;
    const outcome = await this.#erase(erasure, settleMs, traceparent, caller);
    observer.settled(outcome, [erasure]);
    return outcome;
  }

  async #erase(
    erasure: { erase: true; feed: string; at: string },
    settleMs: number,
    traceparent: string | undefined,
    caller: string | undefined,
  ): Promise<Outcome> {
    const { producer, scheduler } = this.#options;
    const settled = settleMs > 0 ? pause(settleMs) : undefined;
    const { feed } = erasure;
    const cancelAll = () => this.#cancel(feed, caller, (signal) => scheduler.cancelAll(feed, signal));
    const cancelled = await cancelAll();
    if (cancelled !== 'accepted') return cancelled;
    const erased = await producer.produce([erasure], traceparent, caller);
    if (erased !== 'accepted') return erased;
    await settled;
    // Dapr's scheduler may have delivered a job since the first cancellation.
    return cancelAll();
  }

  #schedule(
    list: readonly { notification: Arrival; at: number }[],
    traceparent: string | undefined,
    caller: string | undefined,
  ): Promise<Outcome> {
    const bytes = list.reduce((sum, { notification }) => sum + storedJsonBytes(notification), 0);
    return this.#limited(this.#scheduling, caller, { count: list.length, bytes }, (signal) =>
      this.#options.scheduler.add(list, traceparent, signal),
    );
  }

  #cancel(
    feed: string,
    caller: string | undefined,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<Outcome> {
    return this.#limited(this.#cancelling, caller, { count: 1, bytes: Buffer.byteLength(feed) }, work);
  }

  /** Counts `amount` until `work` has settled, which can be after the request has timed out. */
  async #limited(
    usage: QueueUsage,
    caller: string | undefined,
    amount: QueueLimits,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<Outcome> {
    if (!usage.hasRoom(caller, amount)) return 'full';
    usage.add(caller, amount);
    return this.#inTime((signal) => work(signal).finally(() => usage.remove(caller, amount)));
  }

  /** Runs `work`. When the time limit is reached, aborts the signal and resolves with `late`. */
  async #inTime(work: (signal: AbortSignal) => Promise<void>): Promise<Outcome> {
    const { timeoutMs } = this.#options;
    const end = new AbortController();
    const finished = work(end.signal).then(
      (): Outcome => 'accepted',
      (error: unknown): Outcome => {
        this.#options.onFailure(error);
        return error instanceof ScheduleFullError ? 'full' : 'late';
      },
    );
    const timedOut = pause(timeoutMs, end.signal).then((): Outcome => 'late');
    const outcome = await Promise.race([finished, timedOut]);
    end.abort(new Error(`Scheduling or cancelling took longer than ${timeoutMs} ms.`));
    return outcome;
  }
}

const firstFailure = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.find((outcome) => outcome !== 'accepted') ?? 'accepted';
