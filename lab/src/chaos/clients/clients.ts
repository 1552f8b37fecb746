import { setTimeout as delay } from 'node:timers/promises';
import { Observer } from '../../ledger/observer.ts';
import type { Random } from '../random.ts';
import { SlowClient } from './slow-client.ts';
import { FEEDS, MANY_FEEDS } from './workload.ts';

const STEADY = 15;
const RESTLESS = 4;

/** A client that subscribes to a feed and records it, in this process or another. */
export type Watcher = Pick<Observer, 'name' | 'feed' | 'shown' | 'gone' | 'gaps'>;

/**
 * Clients on all instances. A few feeds have steady clients, some that reconnect at random, and a slow one; each of the
 * other feeds has one client.
 */
export class Clients {
  readonly steady: { observer: Observer; pair: string }[] = [];
  readonly restless: Observer[] = [];
  readonly slow: SlowClient;
  readonly ofMany: readonly Observer[];
  readonly #urls: readonly string[];
  readonly #random: Random;
  readonly #moving: Promise<void>[];
  #running = true;

  /** With `tokens`, every client has a token; `long` is for the client that cannot renew it. */
  constructor(
    instances: readonly { name: string; url: string }[],
    random: Random,
    tokens?: { getToken: () => Promise<string>; long: string },
  ) {
    const asked = tokens && { getToken: tokens.getToken };
    this.#random = random;
    this.#urls = instances.map(({ url }) => url);
    for (let i = 0; i < STEADY; i++) {
      const instance = instances[i % instances.length] as { name: string; url: string };
      const feed = FEEDS[Math.floor(i / instances.length) % FEEDS.length] as string;
      const observer = new Observer(`steady ${i + 1} on ${instance.name}`, instance.url, { feed, ...asked });
      this.steady.push({ observer, pair: instance.name });
    }
    for (let i = 0; i < RESTLESS; i++) {
      const feed = FEEDS[i % FEEDS.length] as string;
      this.restless.push(new Observer(`restless ${i + 1}`, random.pick(this.#urls), { feed, ...asked }));
    }
    this.slow = new SlowClient('slow 1', random.pick(this.#urls), FEEDS[0], tokens?.long);
    this.ofMany = MANY_FEEDS.map((feed, i) => {
      const { name, url } = instances[i % instances.length] as { name: string; url: string };
      return new Observer(`watcher of ${feed} on ${name}`, url, { feed, ...asked });
    });
    this.#moving = [];
  }

  /** Resolves when all clients have the position of their feed. */
  async ready(): Promise<void> {
    await Promise.all(
      [...this.steady.map(({ observer }) => observer), ...this.restless, ...this.ofMany, this.slow].map(
        (one) => one.ready(),
      ),
    );
  }

  /** Repeatedly reconnects the restless clients and makes the slow one stop reading. */
  stir(): void {
    for (const observer of this.restless) this.#moving.push(this.#reconnect(observer));
    this.#moving.push(this.#stall());
  }

  /** Ends the reconnects and pauses. */
  async settle(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#moving);
  }

  /** The steady clients of all instances except `pair`. */
  steadyExcept(pair: string | undefined): Observer[] {
    return this.steady.filter((client) => client.pair !== pair).map(({ observer }) => observer);
  }

  async all(): Promise<Watcher[]> {
    await this.slow.report();
    return [...this.steady.map(({ observer }) => observer), ...this.restless, this.slow, ...this.ofMany];
  }

  close(): void {
    for (const { observer } of this.steady) observer.close();
    for (const observer of [...this.restless, ...this.ofMany]) observer.close();
    this.slow.close();
  }

  async #reconnect(observer: Observer): Promise<void> {
    while (this.#running) {
      await delay(1_500 + this.#random.below(4_000));
      observer.close();
      await delay(this.#random.below(2_500));
      observer.connect(this.#random.pick(this.#urls));
    }
  }

  async #stall(): Promise<void> {
    while (this.#running) {
      await delay(4_000 + this.#random.below(3_000));
      this.slow.stop();
      await delay(1_000 + this.#random.below(2_000));
      this.slow.resume();
    }
  }
}
