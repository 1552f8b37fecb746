import { setTimeout as delay } from 'node:timers/promises';
import { Observer } from '../../ledger/observer.ts';
import type { Random } from '../random.ts';
import { SlowClient } from './slow-client.ts';
import { FEEDS, MANY_FEEDS } from './workload.ts';

const STEADY_CLIENTS = 15;
const RESTLESS_CLIENTS = 4;

/** A client that subscribes to a feed and records events. It can run in another process. */
export type Watcher = Pick<Observer, 'name' | 'feed' | 'shown' | 'gone' | 'gaps'>;

/**
 * Clients on all instances. The feeds in `FEEDS` have steady clients, and restless clients that reconnect at random
 * times. The first feed also has a slow client. Each feed in `MANY_FEEDS` has a single client.
 */
export class Clients {
  readonly steady: { observer: Observer; pair: string }[] = [];
  readonly restless: Observer[] = [];
  readonly slow: SlowClient;
  readonly onePerFeed: readonly Observer[];
  readonly #urls: readonly string[];
  readonly #random: Random;
  readonly #disruptions: Promise<void>[];
  #running = true;

  /** With `tokens`, every client has a token. `long` is for the slow client, which can't renew the token. */
  constructor(
    instances: readonly { name: string; url: string }[],
    random: Random,
    tokens?: { getToken: () => Promise<string>; long: string },
  ) {
    const credentials = tokens && { getToken: tokens.getToken };
    this.#random = random;
    this.#urls = instances.map(({ url }) => url);
    for (let i = 0; i < STEADY_CLIENTS; i++) {
      const instance = instances[i % instances.length] as { name: string; url: string };
      const feed = FEEDS[Math.floor(i / instances.length) % FEEDS.length] as string;
      const observer = new Observer(`steady ${i + 1} on ${instance.name}`, instance.url, {
        feed,
        ...credentials,
      });
      this.steady.push({ observer, pair: instance.name });
    }
    for (let i = 0; i < RESTLESS_CLIENTS; i++) {
      const feed = FEEDS[i % FEEDS.length] as string;
      this.restless.push(
        new Observer(`restless ${i + 1}`, random.pick(this.#urls), { feed, ...credentials }),
      );
    }
    this.slow = new SlowClient('slow 1', random.pick(this.#urls), FEEDS[0], tokens?.long);
    this.onePerFeed = MANY_FEEDS.map((feed, i) => {
      const { name, url } = instances[i % instances.length] as { name: string; url: string };
      return new Observer(`watcher of ${feed} on ${name}`, url, { feed, ...credentials });
    });
    this.#disruptions = [];
  }

  /** Resolves when all clients know their feed's position. */
  async ready(): Promise<void> {
    await Promise.all(
      [...this.steady.map(({ observer }) => observer), ...this.restless, ...this.onePerFeed, this.slow].map(
        (client) => client.ready(),
      ),
    );
  }

  /** Repeatedly reconnects the restless clients and makes the slow client pause reading. */
  startDisruptions(): void {
    for (const observer of this.restless) this.#disruptions.push(this.#reconnect(observer));
    this.#disruptions.push(this.#stall());
  }

  async stopDisruptions(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#disruptions);
  }

  /** Returns the steady clients that aren't connected to this pair (an application and its sidecar). */
  steadyExcept(pair: string | undefined): Observer[] {
    return this.steady.filter((client) => client.pair !== pair).map(({ observer }) => observer);
  }

  async all(): Promise<Watcher[]> {
    await this.slow.report();
    return [...this.steady.map(({ observer }) => observer), ...this.restless, this.slow, ...this.onePerFeed];
  }

  close(): void {
    for (const { observer } of this.steady) observer.close();
    for (const observer of [...this.restless, ...this.onePerFeed]) observer.close();
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
