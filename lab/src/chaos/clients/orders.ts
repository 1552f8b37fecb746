import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '@tocsin/tools/paths';
import { ManagedProcess } from '@tocsin/tools/process/managed-process';
import type { Stack } from '@tocsin/tools/stack/stack';
import type { ExternalSidecar } from '@tocsin/tools/stack/pair';
import { Observer } from '../../ledger/observer.ts';
import type { Random } from '../random.ts';

const EXAMPLE = join(ROOT, 'examples', 'outbox');
/** A separate feed, because the ledger checks every notification in the feeds of the other clients. */
export const ORDERS_FEED = 'topic:shop';
/** Pause between orders, in ms. It keeps the number of orders small, because all of them are read at the end. */
const BETWEEN_MS = 400;
const LEAST_LIFE_MS = 3_000;
const MORE_LIFE_MS = 6_000;
/** Another sidecar publishes a dead sidecar's messages after 15 s, and discards those without a transaction after 11 s. */
const SETTLE_MS = 35_000;

/** Results for the orders that the publisher has stored. */
export interface OrdersAccount {
  orders: number;
  kills: number;
  /** Number of orders without a notification, because Dapr's outbox discarded their message. */
  lost: number;
  /** A sentence for each notification that was shown twice, or without its order. */
  faults: string[];
}

/**
 * The publisher of examples/outbox, which commits each order and its notification in one transaction of Dapr's outbox. It
 * and its sidecar are killed at random times, and thus between any two steps.
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
    // Awaited in stop(). Until then, a failure must not crash the process.
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

  /** The time after which nothing more can arrive, in ms since 1970. */
  get lastDue(): number {
    return this.#stoppedAt + SETTLE_MS;
  }

  /** Stops placing orders. The sidecar keeps running, because it publishes the last notifications. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
    await this.#app.kill();
    this.#stoppedAt = Date.now();
  }

  async account(): Promise<OrdersAccount> {
    const placed = new Set<string>();
    for (let number = 1; await this.#isPlaced(number); number++) placed.add(`order-${number}-placed`);
    const times = new Map<string, number>();
    for (const { id } of this.#observer.shown) times.set(id, (times.get(id) ?? 0) + 1);
    const faults = [...times].flatMap(([id, count]) => [
      ...(count > 1 ? [`${id} was shown ${count} times`] : []),
      ...(placed.has(id) ? [] : [`${id} was shown without its order`]),
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
      await delay(LEAST_LIFE_MS + this.#random.below(MORE_LIFE_MS));
      const killed = this.#random.pick(targets);
      await Promise.all(killed.map((one) => one.kill()));
      this.#kills += killed.length;
      // Start shortly before the newest order, because checking all of them takes too long.
      const numbers = this.#observer.shown.map(({ id }) => Number(/^order-(\d+)-/.exec(id)?.[1] ?? 0));
      const START = String(Math.max(1, Math.max(...numbers) - 20));
      await Promise.all(killed.map((one) => one.start(one === this.#app ? { env: { START } } : {})));
    }
  }

  async #isPlaced(number: number): Promise<boolean> {
    const { daprUrl, daprHeaders } = this.#shop;
    for (let attempt = 1; ; attempt++) {
      try {
        const url = `${daprUrl}/v1.0/state/orders/order-${number}`;
        const response = await fetch(url, { headers: daprHeaders, signal: AbortSignal.timeout(5_000) });
        if (response.ok) return response.status === 200;
        throw new Error(`the state store returned ${response.status}`);
      } catch (error) {
        if (attempt === 30) throw error;
        await delay(1_000);
      }
    }
  }
}
