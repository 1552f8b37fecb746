import type { Logger } from '@tocsin/service';
import { createClient } from 'redis';
import { TemporaryError } from '../deliver/errors.ts';
import { readRedisMemory, type RedisMemory } from './memory.ts';

export interface RedisConnectionOptions {
  /** host:port */
  redisHost: string;
  username?: string | undefined;
  password?: string | undefined;
  /** Longest wait for an answer, in ms. */
  timeoutMs: number;
  /** The name of the connection in the log. */
  name: string;
  log: Logger;
}

/** Commands that wait while Redis is away; beyond it they are refused at once. */
const MAX_WAITING_COMMANDS = 10_000;
/**
 * A connection that is silent for this many ms is closed and opened again, because a network may drop one
 * without notice. A read of a stream ends after 5 s; without other commands, a ping is sent.
 */
const SILENCE_MS = 10_000;
const PING_MS = 4_000;

/** A connection to Redis past Dapr, opened again whenever it is lost. */
export class RedisConnection {
  readonly client;
  readonly #options: RedisConnectionOptions;
  /** Commands that Redis did not answer in time. */
  #overdue = 0;
  #ping: Promise<unknown> | undefined;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    const [host = 'localhost', port = '6379'] = options.redisHost.split(':');
    this.client = createClient({
      socket: {
        host,
        port: Number(port),
        connectTimeout: 2_000,
        socketTimeout: SILENCE_MS,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 500),
      },
      ...(options.username && { username: options.username }),
      ...(options.password && { password: options.password }),
      commandsQueueMaxLength: MAX_WAITING_COMMANDS,
      pingInterval: PING_MS,
    });
    this.client.on('error', (error: unknown) =>
      options.log.warn({ err: error }, `${options.name} lost its Redis`),
    );
  }

  /** Starts connecting. While Redis is away, commands are refused. */
  start(): void {
    this.client.connect().catch((error: unknown) => {
      this.#options.log.warn({ err: error }, `${this.#options.name} cannot reach its Redis`);
    });
  }

  /** @throws TemporaryError unless a command may be sent now */
  check(): void {
    if (!this.client.isReady) throw new TemporaryError(`${this.#options.name} is not connected to Redis`);
    // Writes to a dead connection would hide that it is silent.
    if (this.#overdue > 0) throw new TemporaryError('Redis still owes the outcome of an earlier command');
  }

  /** Resolves when Redis answers; rejects when it does not. */
  async ready(): Promise<void> {
    if (!this.client.isReady) throw new TemporaryError(`${this.#options.name} is not connected to Redis`);
    this.#ping ??= this.client.ping().finally(() => (this.#ping = undefined));
    await this.known(this.#ping, 'answer a ping');
  }

  /** Rejects if Redis does not answer now. */
  async memory(): Promise<RedisMemory> {
    this.check();
    return readRedisMemory(await this.known(this.client.info('memory'), 'tell its memory'));
  }

  /** As `outcome`; rejects when it is not known in time, and `check` throws until it is. */
  async known<T>(outcome: Promise<T>, what: string): Promise<T> {
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#overdue++;
        const settle = () => this.#overdue--;
        outcome.then(settle, settle);
        reject(new TemporaryError(`Redis did not ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([outcome, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.client.destroy();
  }
}
