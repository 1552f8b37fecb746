import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '@tocsin/tools/paths';
import { ManagedProcess } from '@tocsin/tools/process/managed-process';
import type { Stack } from '@tocsin/tools/stack/stack';
import type { ExternalSidecar } from '@tocsin/tools/stack/pair';
import { z } from 'zod';
import { Observer } from '../../ledger/observer.ts';
import type { Random } from '../random.ts';

const EXAMPLE = join(ROOT, 'examples', 'outbox');
/** A separate feed, since the ledger checks every notification in all other clients' feeds. */
export const ORDERS_FEED = 'topic:shop';
/** Pause between orders (ms). It limits how many orders need to be read at the end. */
const BETWEEN_MS = 400;
const MIN_LIFE_MS = 3_000;
const EXTRA_LIFE_MS = 6_000;
/** Orders per bulk read from the state store. */
const PER_READ = 100;
const READ_ATTEMPTS = 10;
/** The response to a bulk read. Missing keys have no `data`. */
const statesSchema = z.array(
  z.looseObject({ key: z.string(), data: z.unknown().optional(), error: z.undefined().optional() }),
);
/**
 * How long notifications can still arrive after the publisher has stopped (ms). Another sidecar takes over a dead
 * sidecar's messages after 15 s, and needs up to 11 s more to discard messages without a transaction.
 */
const SETTLE_MS = 35_000;

/** Results for the orders that the publisher has stored. */
export interface OrderResults {
  orders: number;
  kills: number;
  /** Orders without a notification, since Dapr's outbox discarded the message. */
  lost: number;
  /** A sentence for each notification that was shown twice or has no stored order. */
  faults: string[];
}

/**
 * The publisher from examples/outbox, which commits each order and the notification about it in a single Dapr outbox
 * transaction. The publisher and its sidecar are killed at random times, so a kill can happen between any two steps.
 */
export class Orders {
  readonly #shop: ExternalSidecar;
  readonly #app: ManagedProcess;
  readonly #observer: Observer;
  readonly #random: Random;
  readonly #work: Promise<void>;
  #kills = 0;
  #running = true;
  #stoppedAt = 0;

  private constructor(shop: ExternalSidecar, app: ManagedProcess, observer: Observer, random: Random) {
    this.#shop = shop;
    this.#app = app;
    this.#observer = observer;
    this.#random = random;
    this.#work = this.#kill();
    // Awaited in stop(). An earlier failure must not crash the process.
    this.#work.catch(() => undefined);
  }

  static async start(stack: Stack, random: Random, getToken: () => Promise<string>): Promise<Orders> {
    const shop = await stack.startExternalSidecar('shop', { resources: join(EXAMPLE, 'components') });
    const observer = new Observer('order reader', stack.bffs[0]?.url ?? '', {
      feed: ORDERS_FEED,
      getToken,
    });
    await observer.ready();
    const app = new ManagedProcess({
      name: 'the shop',
      command: process.execPath,
      args: [join(EXAMPLE, 'place-orders.mjs')],
      env: {
        DAPR_HTTP_PORT: new URL(shop.daprUrl).port,
        DAPR_API_TOKEN: shop.daprHeaders['dapr-api-token'] ?? '',
        ...{ FEED: ORDERS_FEED, COUNT: '100000', PAUSE_MS: String(BETWEEN_MS) },
      },
      logFile: join(stack.logDir, 'shop.log'),
    });
    await app.start();
    return new Orders(shop, app, observer, random);
  }

  /** When all notifications must have arrived (ms since 1970). */
  get settledAt(): number {
    return this.#stoppedAt + SETTLE_MS;
  }

  /** Stops placing orders. The sidecar keeps running to publish the last notifications. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
    await this.#app.kill();
    this.#stoppedAt = Date.now();
  }

  async results(): Promise<OrderResults> {
    const placed = new Set<string>();
    for (let first = 1; placed.size === first - 1; first += PER_READ)
      for (const number of await this.#placedFrom(first)) placed.add(`order-${number}-placed`);
    const times = new Map<string, number>();
    for (const { id } of this.#observer.shown) times.set(id, (times.get(id) ?? 0) + 1);
    const faults = [...times].flatMap(([id, count]) => [
      ...(count > 1 ? [`${id} was shown ${count} times`] : []),
      ...(placed.has(id) ? [] : [`${id} was shown, but its order was not stored`]),
    ]);
    const lost = [...placed].filter((id) => !times.has(id)).length;
    return { orders: placed.size, kills: this.#kills, lost, faults };
  }

  close(): void {
    this.#observer.close();
  }

  async #kill(): Promise<void> {
    const targets = [[this.#app], [this.#shop.sidecar], [this.#app, this.#shop.sidecar]];
    while (this.#running) {
      await delay(MIN_LIFE_MS + this.#random.below(EXTRA_LIFE_MS));
      const killed = this.#random.pick(targets);
      await Promise.all(killed.map((target) => target.kill()));
      this.#kills += killed.length;
      // The app resumes 20 orders before the newest shown order. Checking every order from 1 would take too long.
      const numbers = this.#observer.shown.map(({ id }) => Number(/^order-(\d+)-/.exec(id)?.[1] ?? 0));
      const START = String(Math.max(1, Math.max(...numbers) - 20));
      await Promise.all(killed.map((target) => target.start(target === this.#app ? { env: { START } } : {})));
    }
  }

  /**
   * Looks up PER_READ order numbers starting at `first`, and returns the orders that were placed. Retries, since the
   * sidecar is slow while Dapr's outbox looks for missing transaction markers.
   */
  async #placedFrom(first: number): Promise<number[]> {
    const { daprUrl, daprHeaders } = this.#shop;
    const numbers = Array.from({ length: PER_READ }, (_, index) => first + index);
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await fetch(`${daprUrl}/v1.0/state/orders/bulk`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...daprHeaders },
          body: JSON.stringify({ keys: numbers.map((number) => `order-${number}`), parallelism: 10 }),
          signal: AbortSignal.timeout(30_000),
        });
        if (!response.ok) throw new Error(`the state store returned ${response.status}`);
        const states = statesSchema.parse(await response.json());
        const found = new Set(states.filter(({ data }) => data).map(({ key }) => key));
        return numbers.filter((number) => found.has(`order-${number}`));
      } catch (error) {
        if (attempt === READ_ATTEMPTS) throw error;
        await delay(1_000);
      }
    }
  }
}
