import type { Logger } from '@tocsin/service';
import { ErasedContent, type Erased } from '../deliver/erase/erased-content.ts';
import type { Copies } from '../deliver/ports.ts';
import { eraseFromKeys, type KeyEraserDependencies } from './erase-from-keys.ts';
import { eraseFromStreams } from './erase-from-streams.ts';
import type { RedisConnection } from './connection.ts';
import { ErasureLog } from './erasure-log.ts';

export interface RedisCopyEraserOptions extends KeyEraserDependencies {
  /** The broadcaster's Redis server, which also stores the erasures. */
  broadcaster: RedisConnection;
  /** The Redis server with the streams behind Dapr's topics. */
  topics: RedisConnection;
  log: Logger;
}

const CHECK_EVERY_MS = 2_000;
/**
 * Minimum time between the starts of Redis searches, across all instances. The next search also waits until the last
 * one has ended.
 */
const SEARCH_EVERY_MS = 10_000;
/**
 * The last search for an erasure's content starts at least this long (ms) after the erasure, when all messages in
 * transit have arrived or been refused. If no search takes longer than 10 s, the last search ends within the minute
 * that `Copies.erase` promises.
 */
const FORGET_AFTER_MS = 35_000;

/**
 * Deletes copies of erased content from Dapr's topic streams, set-aside records, inboxes, fallbacks, schedules and
 * documents that no head references. Re-announces unclaimed entries with erased content, so that a turn claims them and
 * the feeds drop that content. The instances share the work, searching for each erasure multiple times within a minute.
 */
export class RedisCopyEraser implements Copies {
  readonly #options: RedisCopyEraserOptions;
  readonly #erasures: ErasureLog;
  #timer: NodeJS.Timeout | undefined;
  #isWorking = false;

  constructor(options: RedisCopyEraserOptions) {
    this.#options = options;
    this.#erasures = new ErasureLog(options.broadcaster);
  }

  start(): void {
    this.#timer = setInterval(() => void this.#check(), CHECK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  erase(erased: Erased): Promise<void> {
    return this.#erasures.record(erased);
  }

  async #check(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      const recorded = await this.#erasures.read();
      if (recorded.length > 0 && (await this.#erasures.reserveWork(SEARCH_EVERY_MS)))
        await this.#workWithReservation();
    } catch (err) {
      this.#options.log.warn({ err }, 'cannot delete copies of erased content yet; retrying');
    } finally {
      this.#isWorking = false;
    }
  }

  async #workWithReservation(): Promise<void> {
    const start = performance.now();
    const reserve = async (ms: number): Promise<void> => {
      try {
        await this.#erasures.changeReservation(ms);
      } catch (err) {
        this.#options.log.warn(
          { err },
          'cannot change the reservation; another instance might search for the same erased content',
        );
      }
    };
    const timer = setInterval(() => void reserve(SEARCH_EVERY_MS), CHECK_EVERY_MS).unref();
    try {
      await this.#work();
    } finally {
      clearInterval(timer);
      await reserve(Math.max(1, SEARCH_EVERY_MS - Math.round(performance.now() - start)));
    }
  }

  async #work(): Promise<void> {
    const [recorded, now] = [await this.#erasures.read(), await this.#erasures.now()];
    const content = new ErasedContent(recorded.map(({ erased }) => erased));
    const fromStreams = await eraseFromStreams(this.#options.topics, content, now);
    const fromKeys = await eraseFromKeys(this.#options, content);
    await this.#erasures.forget(recorded.filter(({ at }) => now - at >= FORGET_AFTER_MS));
    if (fromStreams + fromKeys > 0)
      this.#options.log.info({ fromStreams, fromKeys }, 'deleted copies of erased content');
  }
}
