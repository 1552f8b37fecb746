import { setTimeout as delay } from 'node:timers/promises';
import { Caller, makeNotifications } from '../../ledger/caller.ts';
import type { Random } from '../random.ts';

export const FEEDS = ['all', 'topic:orders', 'user:42'] as const;

/** Many low-traffic feeds. In each partition, some share entries and turns. */
export const MANY_FEEDS: readonly string[] = Array.from({ length: 197 }, (_, i) => `topic:many-${i}`);
const CALLERS_FOR_MANY_FEEDS = 2;

/**
 * Posts one to five notifications at a time until `stop()`. Each feed in `FEEDS` has its own caller, and two callers
 * share `MANY_FEEDS`.
 */
export class Workload {
  readonly #callers: readonly Caller[];
  readonly #acknowledged = new Map<string, Map<string, number>>();
  readonly #random: Random;
  readonly #work: Promise<void>;
  #running = true;

  constructor(urls: readonly string[], random: Random) {
    this.#random = random;
    const pickFromMany = () => random.pick(MANY_FEEDS);
    const feedPickers = [
      ...FEEDS.map((feed) => () => feed),
      ...Array.from({ length: CALLERS_FOR_MANY_FEEDS }, () => pickFromMany),
    ];
    this.#callers = feedPickers.map(() => new Caller({ urls, patienceMs: 180_000 }));
    this.#work = Promise.all(
      feedPickers.map((nextFeed, index) => this.#post(this.#callers[index] as Caller, nextFeed)),
    ).then(() => undefined);
    // Awaited in stop(). An earlier failure must not crash the process.
    this.#work.catch(() => undefined);
  }

  acknowledged(feed: string): Map<string, number> {
    return this.#acknowledged.get(feed) ?? new Map<string, number>();
  }

  get total(): number {
    return this.#callers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  }

  get retries(): number {
    return this.#callers.reduce((sum, { retries }) => sum + retries, 0);
  }

  /**
   * Stops, and resolves when all pending requests are acknowledged.
   * @throws Failure if a request was not acknowledged
   */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
  }

  async #post(caller: Caller, nextFeed: () => string): Promise<void> {
    while (this.#running) {
      const feed = nextFeed();
      const label = feed.replace(/\W/g, '-');
      const notifications = makeNotifications(1 + this.#random.below(5), { feed, label });
      await caller.post(notifications);
      const acknowledged = this.acknowledged(feed);
      for (const { id } of notifications) acknowledged.set(id, Date.now());
      this.#acknowledged.set(feed, acknowledged);
      await delay(60 + this.#random.below(120));
    }
  }
}
