import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { clientAt, type ClientOptions, type RedisClient } from '../client.ts';
import { SUBSCRIBING, callOn, clientOver, type FollowingClient } from '../following.ts';
import { addressText, type RedisAddress, type RedisTarget } from '../target.ts';
import { findMasters } from './find-masters.ts';
import { keyOf, parseRedirection, slotOf, type SlotRange } from './slots.ts';

/** Interval for looking up the masters (ms). A lost connection or a redirection triggers a lookup immediately. */
const LOOKUP_EVERY_MS = 5_000;
/** Maximum number of redirections per command. A redirected command was not executed, so it is safe to resend. */
const MAX_REDIRECTIONS = 3;
const NODES = Symbol('nodes');

/**
 * A client with node-redis's methods for all masters in a Redis Cluster. Each command goes to the master that owns the
 * key; commands without a key go to the master with the lowest slots. The client follows failovers and moved slots.
 * When a master is lost, its commands in progress reject. They are never retried because they may have been executed.
 * While a master isn't connected, commands for it reject immediately, or wait if the client is a `duplicate()`.
 *
 * node-redis's own `createCluster` is unsuitable: it looks for a new master only after a MOVED response, so commands
 * for a failed master wait until that master returns.
 */
export const followCluster = (target: RedisTarget, options: ClientOptions): RedisClient =>
  clientOver(new ClusterFollower(target, options, false));

/** Returns all connected masters of a cluster client. For any other client, returns the client itself. */
export const mastersOf = (client: RedisClient): readonly RedisClient[] =>
  nodesOf(client)?.masters() ?? [client];

/**
 * Returns the master of the key in a cluster client. For any other client, returns the client itself.
 * @throws Error if that master isn't connected
 */
export const masterOf = (client: RedisClient, key: string): RedisClient =>
  nodesOf(client)?.masterOf(key) ?? client;

const nodesOf = (client: RedisClient): ClusterFollower | undefined =>
  (client as Partial<Record<typeof NODES, ClusterFollower>>)[NODES];

class ClusterFollower extends EventEmitter implements FollowingClient {
  readonly #target: RedisTarget;
  readonly #options: ClientOptions;
  readonly #waitsForMaster: boolean;
  readonly #subscriptions: [method: string, args: unknown[]][] = [];
  readonly #clients = new Map<string, RedisClient>();
  #ranges: readonly SlotRange[] = [];
  #subscriber: RedisClient | undefined;
  #isOpen = false;
  #failures = 0;
  #refreshing: Promise<void> | undefined;
  #pauseAbort = new AbortController();

  constructor(target: RedisTarget, options: ClientOptions, waits: boolean) {
    super();
    this.#target = target;
    this.#options = options;
    this.#waitsForMaster = waits;
  }

  get [NODES](): this {
    return this;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** True if every slot has a connected master. */
  get isReady(): boolean {
    return (
      this.#ranges.length > 0 && this.#ranges.every(({ master }) => this.#readyClientAt(master) !== undefined)
    );
  }

  createDuplicate(): ClusterFollower {
    return new ClusterFollower(this.#target, this.#options, true);
  }

  masters(): RedisClient[] {
    return [...this.#clients.values()];
  }

  masterOf(key: string): RedisClient {
    const client = this.#clientOf(key);
    if (!client) throw new Error('The master for this key is not connected');
    return client;
  }

  /** Resolves when all masters are connected. Without a reconnect strategy, rejects with the first error. */
  async connect(): Promise<void> {
    if (this.#isOpen) throw new Error('Already connecting');
    this.#isOpen = true;
    if (this.#options.reconnectStrategy === false) return this.#refresh();
    void this.#follow();
    await this.#waitUntil(() => this.isReady);
  }

  destroy(): void {
    this.#isOpen = false;
    this.#ranges = [];
    this.#pauseAbort.abort();
    for (const client of this.#clients.values()) if (client.isOpen) client.destroy();
    this.#clients.clear();
    this.emit('end');
  }

  disconnect(): void {
    if (this.#isOpen) this.destroy();
  }

  async ping(): Promise<string> {
    if (!this.isReady) throw new Error('Not all masters are connected');
    await Promise.all(this.masters().map((client) => client.ping()));
    return 'PONG';
  }

  async command(name: string, args: unknown[]): Promise<unknown> {
    if (SUBSCRIBING.has(name)) return this.#subscribe(name, args);
    const key = keyOf(name, args);
    for (let redirections = 0; ; redirections++) {
      const client = await this.#requireClient(key);
      try {
        return await callOn(client, name, args);
      } catch (error) {
        if (redirections === MAX_REDIRECTIONS) throw error;
        const fallback = this.#target.addresses[0] ?? { host: 'localhost', port: 6379 };
        const ask = parseRedirection('ASK', error, fallback);
        if (ask) return this.#askAt(ask, name, args);
        if (!parseRedirection('MOVED', error, fallback)) throw error;
        await this.#refresh();
      }
    }
  }

  async #subscribe(name: string, args: unknown[]): Promise<void> {
    this.#subscriptions.push([name, args]);
    if (this.#subscriber) await callOn(this.#subscriber, name, args);
    else if (this.isReady) await this.#subscribeAll();
    else if (!this.#waitsForMaster) throw new Error('Not all masters are connected');
  }

  #readyClientAt(address: RedisAddress): RedisClient | undefined {
    const client = this.#clients.get(addressText(address));
    return client?.isReady ? client : undefined;
  }

  #clientOf(key: string | undefined): RedisClient | undefined {
    const slot = key === undefined ? 0 : slotOf(key);
    const range = this.#ranges.find(({ from, to }) => from <= slot && slot <= to);
    return range && this.#readyClientAt(range.master);
  }

  async #requireClient(key: string | undefined): Promise<RedisClient> {
    if (this.#waitsForMaster) await this.#waitUntil(() => this.#clientOf(key) !== undefined);
    const client = this.#clientOf(key);
    if (!client) throw new Error('The master for this command is not connected');
    return client;
  }

  /** @throws Error when the client is closed */
  async #waitUntil(isMet: () => boolean): Promise<void> {
    for (;;) {
      if (!this.#isOpen) throw new Error('The client is closed');
      if (isMet()) return;
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          this.off('masters', settle).off('end', settle);
          resolve();
        };
        this.on('masters', settle).on('end', settle);
      });
    }
  }

  /** Sends a command to a node that is taking over the slot. */
  async #askAt(address: RedisAddress, name: string, args: unknown[]): Promise<unknown> {
    const existing = this.#readyClientAt(address);
    const client =
      existing ?? clientAt(address, this.#target, { ...this.#options, reconnectStrategy: false });
    if (!existing) client.on('error', () => undefined);
    try {
      if (!existing) await client.connect();
      const [, reply] = await Promise.all([client.sendCommand(['ASKING']), callOn(client, name, args)]);
      return reply;
    } finally {
      if (!existing && client.isOpen) client.destroy();
    }
  }

  /** Stays connected to the current masters until the client is closed. */
  async #follow(): Promise<void> {
    const { reconnectStrategy } = this.#options;
    while (this.#isOpen) {
      const wasReady = this.isReady;
      this.#pauseAbort = new AbortController();
      try {
        await this.#refresh();
        this.#failures = 0;
        if (!wasReady && this.isReady) this.emit('ready');
      } catch (error) {
        if (this.#isOpen) this.emit('error', error);
      }
      const pause =
        this.isReady || reconnectStrategy === false ? LOOKUP_EVERY_MS : reconnectStrategy(this.#failures++);
      // Let a lost connection cut the pause short only while all masters are connected. Otherwise, failed attempts
      // would follow each other without a pause.
      const signal = this.isReady ? this.#pauseAbort.signal : undefined;
      await delay(pause, undefined, { ...(signal && { signal }), ref: false }).catch(() => undefined);
    }
  }

  /** Finds and connects to the masters. Concurrent calls share one attempt. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#connectToMasters().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #connectToMasters(): Promise<void> {
    const knownMasters = this.#ranges.map(({ master }) => master);
    const ranges = await findMasters(this.#target, [...this.#target.addresses, ...knownMasters]);
    const masters = new Map(ranges.map(({ master }) => [addressText(master), master]));
    for (const [text, client] of this.#clients) {
      if (masters.has(text) && client.isReady) continue;
      this.#clients.delete(text);
      if (client.isOpen) client.destroy();
    }
    this.#ranges = ranges;
    const missing = [...masters].filter(([text]) => !this.#clients.has(text));
    const outcomes = await Promise.allSettled(missing.map(([, address]) => this.#open(address)));
    if (this.#subscriber && !this.masters().includes(this.#subscriber)) this.#subscriber = undefined;
    try {
      if (!this.#subscriber && this.#subscriptions.length > 0 && this.isReady) await this.#subscribeAll();
    } finally {
      this.emit('masters');
    }
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Subscribing on one node is enough since published messages are forwarded to all nodes. */
  async #subscribeAll(): Promise<void> {
    const client = this.#clientOf(undefined);
    if (!client) return;
    this.#subscriber = client;
    try {
      for (const [method, args] of this.#subscriptions) await callOn(client, method, args);
    } catch (error) {
      // The next refresh resubscribes.
      if (this.#subscriber === client) this.#subscriber = undefined;
      throw error;
    }
  }

  async #open(address: RedisAddress): Promise<void> {
    const client = clientAt(address, this.#target, { ...this.#options, reconnectStrategy: false });
    const text = addressText(address);
    client.on('error', (error: unknown) => {
      // node-redis reports a lost connection twice. The second report means that it has given up.
      if (client.isOpen || this.#clients.get(text) !== client) return;
      this.#lose(text, error);
    });
    client.on('end', () => {
      if (this.#clients.get(text) === client) this.#lose(text, new Error(`${text} closed the connection`));
    });
    try {
      await client.connect();
      // With TLS 1.3, Redis refuses a client certificate only after the handshake.
      await client.ping();
      if (!this.#isOpen) throw new Error('The client is closed');
    } catch (error) {
      if (client.isOpen) client.destroy();
      throw error;
    }
    this.#clients.set(text, client);
  }

  #lose(text: string, error: unknown): void {
    if (this.#clients.get(text) === this.#subscriber) this.#subscriber = undefined;
    this.#clients.delete(text);
    if (this.#isOpen) this.emit('error', error);
    this.#pauseAbort.abort();
  }
}
