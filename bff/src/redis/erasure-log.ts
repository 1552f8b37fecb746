import { parseJson } from '@tocsin/contracts';
import { z } from 'zod';
import type { Erased } from '../deliver/erase/erased-content.ts';
import type { RedisConnection } from './connection.ts';
import { timeOfId } from './stream-id.ts';

export const ERASURES_STREAM = 'tocsin:erasures';
const LOCK = 'tocsin:erasures:lock';
/** Maximum number of recorded erasures. Drops the oldest first since they have had the most time to be processed. */
const MAX_LENGTH = 10_000;
const IDS_AT_ONCE = 100;
const MAX_READ = 2 * MAX_LENGTH;

const erasedSchema = z.object({
  feed: z.string(),
  before: z.number().optional(),
  ids: z.array(z.string()).optional(),
});

/**
 * An erasure, recorded until all copies of the content are deleted. `at` is when it was recorded according to Redis's
 * clock.
 */
export interface RecordedErasure {
  recordId: string;
  at: number;
  erased: Erased;
}

/** The last minute's erasures, stored in Redis so that any instance can continue the work of another. */
export class ErasureLog {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async record({ ids, ...erased }: Erased): Promise<void> {
    this.#connection.check();
    const parts: Erased[] = ids ? [] : [erased];
    for (let start = 0; ids && start < ids.length; start += IDS_AT_ONCE)
      parts.push({ ...erased, ids: ids.slice(start, start + IDS_AT_ONCE) });
    const { client } = this.#connection;
    const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: MAX_LENGTH } as const;
    for (const part of parts) {
      const message = { erased: JSON.stringify(part) };
      await this.#withTimeout(client.xAdd(ERASURES_STREAM, '*', message, { TRIM: trim }));
    }
  }

  /** Resolves with all recorded erasures, oldest first. */
  async read(): Promise<RecordedErasure[]> {
    this.#connection.check();
    const { client } = this.#connection;
    const messages = await this.#withTimeout(client.xRange(ERASURES_STREAM, '-', '+', { COUNT: MAX_READ }));
    return messages.flatMap(({ id, message }) => {
      const parsed = erasedSchema.safeParse(parseJson(message['erased'] ?? ''));
      return parsed.success ? [{ recordId: id, at: timeOfId(id), erased: parsed.data }] : [];
    });
  }

  async forget(recorded: readonly RecordedErasure[]): Promise<void> {
    const ids = recorded.map(({ recordId }) => recordId);
    if (ids.length > 0) await this.#withTimeout(this.#connection.client.xDel(ERASURES_STREAM, ids));
  }

  /** Tries to reserve the work for `ms` milliseconds. Resolves with true for one instance, and false for all others. */
  async reserveWork(ms: number): Promise<boolean> {
    return this.#setLock('NX', ms);
  }

  /** Changes the reservation to end `ms` milliseconds from now, unless it has already ended. */
  async changeReservation(ms: number): Promise<void> {
    await this.#setLock('XX', ms);
  }

  /** Resolves with the time on Redis's clock (ms since 1970). */
  now(): Promise<number> {
    return this.#connection.timeAt(ERASURES_STREAM);
  }

  async #setLock(condition: 'NX' | 'XX', ms: number): Promise<boolean> {
    const set = this.#connection.client.set(LOCK, '1', { condition, expiration: { type: 'PX', value: ms } });
    return (await this.#withTimeout(set)) === 'OK';
  }

  #withTimeout<T>(outcome: Promise<T>): Promise<T> {
    return this.#connection.withTimeout(outcome, 'answer a command for an erasure');
  }
}
