import { setTimeout as delay } from 'node:timers/promises';
import { Caller, makeNotifications } from '../ledger/caller.ts';
import type { Random } from './random.ts';

export const FEEDS = ['all', 'topic:orders', 'user:42'] as const;

/** A caller for each feed, which posts one to five notifications at a time until it is told to stop. */
export class Workload {
  readonly callers = new Map<string, Caller>();
  readonly #random: Random;
  readonly #work: Promise<void>;
  #running = true;

  constructor(urls: readonly string[], random: Random) {
    this.#random = random;
    for (const feed of FEEDS) this.callers.set(feed, new Caller({ urls, patienceMs: 180_000 }));
    this.#work = Promise.all(FEEDS.map((feed) => this.#post(feed))).then(() => undefined);
    // Awaited in stop(); until then a failure must not end the process.
    this.#work.catch(() => undefined);
  }

  acknowledged(feed: string): Map<string, number> {
    return this.callers.get(feed)?.acknowledged ?? new Map<string, number>();
  }

  get total(): number {
    return [...this.callers.values()].reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  }

  get repeated(): number {
    return [...this.callers.values()].reduce((sum, { repeated }) => sum + repeated, 0);
  }

  /** Resolves when every request that was begun is acknowledged. @throws Failure when one was not */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
  }

  async #post(feed: string): Promise<void> {
    const label = feed.replace(/\W/g, '-');
    while (this.#running) {
      await this.callers.get(feed)?.post(makeNotifications(1 + this.#random.below(5), { feed, label }));
      await delay(60 + this.#random.below(120));
    }
  }
}
