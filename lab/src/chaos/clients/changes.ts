import { setTimeout as delay } from 'node:timers/promises';
import { Caller, makeNotifications } from '../../ledger/caller.ts';
import type { Random } from '../random.ts';
import { FEEDS } from './workload.ts';

/** How a client must handle a notification. Times are ms since 1970. */
export interface Rule {
  feed: string;
  kind: 'scheduled' | 'cancelled' | 'retracted' | 'expiring';
  /** A client must not show the notification before this time. */
  notBefore?: number;
  /** A client must not show the notification after this time. */
  notAfter?: number;
  /** True if a client must never show the notification. */
  mustNotShow?: boolean;
  /** True if a client must show the notification. */
  mustShow?: boolean;
  /** True if a client that has shown the notification must also have removed it. */
  mustRemove?: boolean;
}

const NEAR_RANGE_MS = 20_000;
/** Range of the random delays (ms): more than a minute, so that the producer stores some notifications as Dapr jobs. */
const FAR_RANGE_MS = 62_000;
/** Minimum pause between two runs of a task (ms). The actual pause is less than twice as long. */
const BETWEEN_MS = 700;
const EXPIRY_MS = 2_500;
/** Tolerance for shown notifications that have just expired (ms), since a client takes a moment to record an event. */
const EXPIRY_TOLERANCE_MS = 300;

/** Schedules, cancels and retracts notifications, and publishes expiring notifications, until `stop()`. */
export class Changes {
  /** Rules by notification id. All of these notifications were acknowledged, except perhaps the expiring ones. */
  readonly rules = new Map<string, Rule>();
  readonly #caller: Caller;
  readonly #random: Random;
  readonly #work: Promise<void>;
  #running = true;

  constructor(urls: readonly string[], random: Random) {
    this.#random = random;
    this.#caller = new Caller({ urls, patienceMs: 180_000 });
    const tasks = [
      () => this.#schedule(NEAR_RANGE_MS),
      () => this.#schedule(FAR_RANGE_MS),
      () => this.#cancel(),
      () => this.#retract(),
      () => this.#retractEarly(),
      () => this.#expire(),
    ];
    this.#work = Promise.all(tasks.map((task) => this.#repeat(task))).then(() => undefined);
    // Awaited in stop(). An earlier failure must not crash the process.
    this.#work.catch(() => undefined);
  }

  /** Returns the ids of a feed's notifications that every client must have shown. */
  mustShow(feed: string): string[] {
    return [...this.rules].filter(([, rule]) => rule.feed === feed && rule.mustShow).map(([id]) => id);
  }

  /** When the last scheduled notification is due (ms since 1970). */
  get settledAt(): number {
    return Math.max(0, ...[...this.rules.values()].map(({ notBefore = 0 }) => notBefore));
  }

  /**
   * Stops, and resolves when all pending requests are acknowledged.
   * @throws Failure if a request was not acknowledged
   */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
  }

  async #repeat(task: () => Promise<void>): Promise<void> {
    while (this.#running) {
      await task();
      await delay(BETWEEN_MS + this.#random.below(BETWEEN_MS));
    }
  }

  #make(label: string) {
    const feed = this.#random.pick(FEEDS);
    const [notification] = makeNotifications(1, { feed, label });
    if (!notification) throw new Error('no notification was created');
    return { feed, notification, id: notification.id };
  }

  async #schedule(aheadMs: number): Promise<void> {
    const { feed, notification, id } = this.#make('scheduled');
    const at = Date.now() + 1_000 + this.#random.below(aheadMs);
    await this.#caller.post([{ ...notification, deliverAt: new Date(at).toISOString() }]);
    this.rules.set(id, { feed, kind: 'scheduled', notBefore: at, mustShow: true });
  }

  async #cancel(): Promise<void> {
    const { feed, notification, id } = this.#make('cancelled');
    const at = Date.now() + 3_000 + this.#random.below(FAR_RANGE_MS + 10_000);
    await this.#caller.post([{ ...notification, deliverAt: new Date(at).toISOString() }]);
    await this.#caller.retract(feed, id);
    // If the notification was due before the retraction was acknowledged, a client might have shown and then removed
    // it.
    const mustNotShow = Date.now() < at;
    this.rules.set(id, { feed, kind: 'cancelled', notBefore: at, mustNotShow, mustRemove: true });
  }

  async #retract(): Promise<void> {
    const { feed, notification, id } = this.#make('retracted');
    await this.#caller.post([notification]);
    await delay(this.#random.below(1_000));
    await this.#caller.retract(feed, id);
    this.rules.set(id, { feed, kind: 'retracted', mustRemove: true });
  }

  async #retractEarly(): Promise<void> {
    const { feed, notification, id } = this.#make('retracted-early');
    await this.#caller.retract(feed, id);
    await this.#caller.post([notification]);
    this.rules.set(id, { feed, kind: 'retracted', mustNotShow: true });
  }

  async #expire(): Promise<void> {
    const { feed, notification, id } = this.#make('expiring');
    const expiresAt = Date.now() + EXPIRY_MS;
    const rule = { feed, kind: 'expiring', notAfter: expiresAt + EXPIRY_TOLERANCE_MS } as const;
    this.rules.set(id, rule);
    await this.#caller.tryOnce({ ...notification, expiresAt: new Date(expiresAt).toISOString() });
  }
}
