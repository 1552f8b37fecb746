import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { clientAt, type ClientOptions, type RedisClient } from './client.ts';
import { findMaster } from './find-master.ts';
import { SUBSCRIBING, callOn, clientOver, type FollowingClient } from './following.ts';
import { addressText, type RedisAddress, type RedisTarget } from './target.ts';
import { parseRedisInfo } from '../observe/redis-info.ts';

/**
 * Interval for asking the Sentinels whether the master has changed (ms). A demoted master usually closes all
 * connections, but it can't if the network between it and this process is broken.
 */
const CHECK_EVERY_MS = 5_000;

/**
 * A client with node-redis's methods for the master that the Sentinels report. After a failover, the client and all
 * subscriptions move to the new master. Commands in progress reject during a failover. They are never retried because
 * they may have been executed. While there is no master, commands reject immediately. In a `duplicate()`, they wait
 * instead, since socket.io's adapter retries rejected reads in a tight loop.
 *
 * node-redis's own `createSentinel` is unsuitable: it retries commands that may have been executed, prints errors to
 * the console, and lacks the `duplicate()` that the adapter needs.
 */
export function followMaster(target: RedisTarget, options: ClientOptions): RedisClient {
  return clientOver(new Follower(target, options, false));
}

class Follower extends EventEmitter implements FollowingClient {
  readonly #target: RedisTarget;
  readonly #options: ClientOptions;
  readonly #waitsForMaster: boolean;
  readonly #subscriptions: [method: string, args: unknown[]][] = [];
  #client: RedisClient | undefined;
  #isOpen = false;

  constructor(target: RedisTarget, options: ClientOptions, waits: boolean) {
    super();
    this.#target = target;
    this.#options = options;
    this.#waitsForMaster = waits;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isReady(): boolean {
    return this.#client?.isReady ?? false;
  }

  createDuplicate(): Follower {
    return new Follower(this.#target, this.#options, true);
  }

  /** Resolves when connected to the first master. */
  async connect(): Promise<void> {
    if (this.#isOpen) throw new Error('Already connecting');
    this.#isOpen = true;
    void this.#follow();
    await this.#readyClient();
  }

  destroy(): void {
    this.#isOpen = false;
    const client = this.#client;
    this.#client = undefined;
    if (client?.isOpen) client.destroy();
    this.emit('end');
  }

  disconnect(): void {
    if (this.#isOpen) this.destroy();
  }

  async command(name: string, args: unknown[]): Promise<unknown> {
    if (SUBSCRIBING.has(name)) this.#subscriptions.push([name, args]);
    let client = this.#client;
    if (!client?.isReady) {
      if (!this.#waitsForMaster) throw new Error('No master is connected');
      client = await this.#readyClient();
      // `#open` has already made this subscription on the new connection.
      if (SUBSCRIBING.has(name)) return undefined;
    }
    return callOn(client, name, args);
  }

  async #readyClient(): Promise<RedisClient> {
    for (;;) {
      if (!this.#isOpen) throw new Error('The client is closed');
      if (this.#client?.isReady) return this.#client;
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          this.off('ready', settle).off('end', settle);
          resolve();
        };
        this.on('ready', settle).on('end', settle);
      });
    }
  }

  /** Connects to the current master, and to each new master, until the client is closed. */
  async #follow(): Promise<void> {
    const { reconnectStrategy } = this.#options;
    const failures = { count: 0 };
    while (this.#isOpen) {
      try {
        const address = await findMaster(this.#target);
        const { lost } = await this.#open(address);
        failures.count = 0;
        this.emit('ready');
        await lost;
      } catch (error) {
        if (this.#isOpen) this.emit('error', error);
      }
      if (!this.#isOpen) return;
      await delay(reconnectStrategy === false ? 0 : reconnectStrategy(failures.count++));
    }
  }

  /** Connects to a master. `lost` resolves when the connection is lost, or the server is no longer the master. */
  async #open(address: RedisAddress): Promise<{ lost: Promise<void> }> {
    const client = clientAt(address, this.#target, { ...this.#options, reconnectStrategy: false });
    const roleChecks = new AbortController();
    const lost = new Promise<void>((resolve) => {
      client.on('error', (error: unknown) => {
        if (client.isReady) return;
        if (this.#client === client) this.#client = undefined;
        // node-redis reports a lost connection twice. The second report means that it has given up.
        if (client.isOpen) return;
        if (this.#isOpen) this.emit('error', error);
        roleChecks.abort();
        resolve();
      });
      client.on('end', () => {
        roleChecks.abort();
        resolve();
      });
    });
    try {
      await client.connect();
      const role = parseRedisInfo(await client.info('replication')).get('role');
      if (role !== 'master') throw new Error(`${addressText(address)} is not the master yet`);
      for (const [method, args] of this.#subscriptions) await callOn(client, method, args);
      if (!this.#isOpen) throw new Error('The client is closed');
    } catch (error) {
      if (client.isOpen) client.destroy();
      throw error;
    }
    this.#client = client;
    void this.#leaveWhenDemoted(client, address, roleChecks.signal);
    return { lost };
  }

  async #leaveWhenDemoted(client: RedisClient, address: RedisAddress, signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(CHECK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // If no Sentinel responds, keep the last known master.
      const currentMaster = await findMaster(this.#target).catch(() => address);
      if (signal.aborted || addressText(currentMaster) === addressText(address)) continue;
      if (this.#client === client) this.#client = undefined;
      if (client.isOpen) client.destroy();
      return;
    }
  }
}
