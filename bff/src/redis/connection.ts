import type { Logger } from '@tocsin/service';
import {
  explainRedisFault,
  persistentClient,
  masterOf,
  mastersOf,
  type RedisTarget,
} from '@tocsin/service/redis';
import { TemporaryError } from '../deliver/errors.ts';
import { fullest, readRedisMemory, type RedisMemory } from './memory.ts';

export interface RedisConnectionOptions {
  target: RedisTarget;
  /** Maximum time to wait for a reply (ms). */
  timeoutMs: number;
  /** The connection's name in the log. */
  name: string;
  log: Logger;
}

/** Maximum number of commands waiting for Redis. Further commands are refused immediately. */
const MAX_WAITING_COMMANDS = 10_000;
/**
 * Reopens a connection that has had no reply for this long (ms), since networks can drop connections without notice. A
 * healthy connection is never silent that long: stream reads end after 5 s, and pings are sent between other commands.
 */
const SILENCE_MS = 10_000;
const PING_MS = 4_000;

/** A connection to Redis (in a cluster, to the current masters) that bypasses Dapr. Reconnects when lost. */
export class RedisConnection {
  readonly client;
  readonly #options: RedisConnectionOptions;
  /** Number of overdue commands still waiting for a reply. */
  #overdue = 0;
  #ping: Promise<unknown> | undefined;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.client = persistentClient(options.target, {
      connectTimeout: 2_000,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 500),
      commandsQueueMaxLength: MAX_WAITING_COMMANDS,
      pingInterval: PING_MS,
    });
    this.client.on('error', (error: unknown) => this.#warn(error, 'lost its connection to Redis'));
  }

  /** Starts connecting. `check` throws while Redis is unavailable. */
  start(): void {
    this.client.connect().catch((error: unknown) => this.#warn(error, 'cannot connect to Redis'));
  }

  #warn(err: unknown, what: string): void {
    const { name, log, target } = this.#options;
    const remedy = explainRedisFault(err, target)?.remedy;
    log.warn({ err, ...(remedy !== undefined && { remedy }) }, `${name} ${what}`);
  }

  /** @throws TemporaryError if Redis is disconnected, or an earlier command is overdue */
  check(): void {
    if (!this.client.isReady) throw new TemporaryError(`${this.#options.name} is not connected to Redis`);
    // Another command would restart the timeout that closes silent connections.
    if (this.#overdue > 0) throw new TemporaryError('Redis has not yet answered an earlier command');
  }

  /** Resolves if Redis answers a ping; otherwise rejects. */
  async ready(): Promise<void> {
    if (!this.client.isReady) throw new TemporaryError(`${this.#options.name} is not connected to Redis`);
    this.#ping ??= this.client.ping().finally(() => (this.#ping = undefined));
    await this.withTimeout(this.#ping, 'answer a ping');
  }

  /** Reads Redis's used memory and limit (in a cluster, the fullest master's). Rejects if Redis doesn't reply. */
  async memory(): Promise<RedisMemory> {
    this.check();
    const infos = Promise.all(mastersOf(this.client).map((master) => master.info('memory')));
    return fullest((await this.withTimeout(infos, 'report its memory')).map(readRedisMemory));
  }

  /** Resolves with the current time on the Redis server that holds the key (ms since 1970). */
  async timeAt(key: string): Promise<number> {
    const [seconds, microseconds] = await this.withTimeout(
      masterOf(this.client, key).time(),
      'report its time',
    );
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  /** Settles like `outcome`, but rejects if it takes too long; `check` then throws until the outcome is known. */
  async withTimeout<T>(outcome: Promise<T>, what: string): Promise<T> {
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#overdue++;
        const settle = () => this.#overdue--;
        outcome.then(settle, settle);
        reject(new TemporaryError(`Redis did not ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([outcome, timedOut]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.client.destroy();
  }
}
