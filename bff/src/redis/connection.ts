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
  /** Maximum time to wait for a reply, in ms. */
  timeoutMs: number;
  /** The connection's name in the log. */
  name: string;
  log: Logger;
}

/** Maximum number of commands that wait for Redis. Further ones are refused at once. */
const MAX_WAITING_COMMANDS = 10_000;
/**
 * A connection that is silent for this time in ms is closed and reopened, because a network may drop it without notice.
 * A healthy connection is never silent that long: stream reads end after 5 s, and pings are sent between other
 * commands.
 */
const SILENCE_MS = 10_000;
const PING_MS = 4_000;

/** A connection to Redis (in a cluster, to its current masters) that bypasses Dapr. Reopened whenever it is lost. */
export class RedisConnection {
  readonly client;
  readonly #options: RedisConnectionOptions;
  /** Number of overdue commands to which Redis has not yet replied. */
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

  /** Starts to connect. While Redis is unavailable, `check` throws. */
  start(): void {
    this.client.connect().catch((error: unknown) => this.#warn(error, 'cannot connect to Redis'));
  }

  #warn(err: unknown, what: string): void {
    const { name, log, target } = this.#options;
    const remedy = explainRedisFault(err, target)?.remedy;
    log.warn({ err, ...(remedy !== undefined && { remedy }) }, `${name} ${what}`);
  }

  /** @throws TemporaryError if Redis is disconnected, or has not replied in time to an earlier command */
  check(): void {
    if (!this.client.isReady) throw new TemporaryError(`${this.#options.name} is not connected to Redis`);
    // Another command would restart the timeout after which a silent connection is closed.
    if (this.#overdue > 0) throw new TemporaryError('Redis has not yet answered an earlier command');
  }

  /** Resolves when Redis answers a ping; rejects if it does not. */
  async ready(): Promise<void> {
    if (!this.client.isReady) throw new TemporaryError(`${this.#options.name} is not connected to Redis`);
    this.#ping ??= this.client.ping().finally(() => (this.#ping = undefined));
    await this.withTimeout(this.#ping, 'answer a ping');
  }

  /** Reads Redis's used memory and limit; in a cluster, the fullest master's. Rejects if Redis does not reply. */
  async memory(): Promise<RedisMemory> {
    this.check();
    const infos = Promise.all(mastersOf(this.client).map((master) => master.info('memory')));
    return fullest((await this.withTimeout(infos, 'report its memory')).map(readRedisMemory));
  }

  /** The clock of the Redis that holds a key, in ms since 1970. */
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
