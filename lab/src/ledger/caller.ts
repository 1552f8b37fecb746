import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NotificationInput } from '@tocsin/contracts';
import { Failure, messageOf } from '@tocsin/tools/failure';
import { request } from 'undici';

const REPEAT_MS = 100;
const ANSWER_MS = 10_000;

export interface CallerOptions {
  /** Producers, asked in turn: a request that one did not acknowledge goes to the next. */
  urls: readonly string[];
  /** Most milliseconds for one request with all its repetitions; default 120 000. */
  patienceMs?: number;
}

/**
 * A caller as the contract describes: it repeats a request with the same ids until it gets 202. A 404 comes
 * from an ingress controller while no producer is ready, and is temporary.
 */
export class Caller {
  readonly #urls: readonly string[];
  readonly #patienceMs: number;
  #turn = 0;
  /** Acknowledged ids in the order of their acknowledgements, with times (ms since 1970). */
  readonly acknowledged = new Map<string, number>();
  /** Requests that had to be repeated. */
  repeated = 0;
  /** Why the last request without an answer had none. */
  #lastError: unknown;

  constructor({ urls, patienceMs = 120_000 }: CallerOptions) {
    this.#urls = urls;
    this.#patienceMs = patienceMs;
  }

  /**
   * Posts until 202.
   * @throws Failure for an answer that repeating does not mend, or when patience ends
   */
  async post(notifications: readonly (NotificationInput & { id: string })[]): Promise<void> {
    await this.#until202('POST', '/notifications', bodyOf(notifications));
    for (const { id } of notifications) this.acknowledged.set(id, Date.now());
  }

  /** Retracts until 202. @throws Failure as `post` does */
  retract(feed: string, id: string): Promise<void> {
    return this.#until202('DELETE', `/notifications/${id}?feed=${encodeURIComponent(feed)}`);
  }

  /** Posts once; the status, or 0 when there was no answer. */
  tryOnce(notification: NotificationInput): Promise<number> {
    return this.#send(this.#nextUrl(), 'POST', '/notifications', bodyOf([notification]));
  }

  async #until202(method: 'POST' | 'DELETE', path: string, body?: string): Promise<void> {
    const end = Date.now() + this.#patienceMs;
    for (let url = this.#nextUrl(); ; url = this.#nextUrl()) {
      const status = await this.#send(url, method, path, body);
      if (status === 202) return;
      if (status >= 400 && status < 500 && status !== 404 && status !== 429)
        throw new Failure(`a valid ${method} ${path} was answered ${status}`);
      if (Date.now() > end)
        throw new Failure(
          `no 202 within ${this.#patienceMs} ms, last ${status || `no answer: ${messageOf(this.#lastError)}`}`,
        );
      this.repeated++;
      await delay(REPEAT_MS);
    }
  }

  /** Posts each notification alone, `inFlight` at a time. */
  async postSingly(
    notifications: readonly (NotificationInput & { id: string })[],
    inFlight: number,
  ): Promise<void> {
    let next = 0;
    const lane = async () => {
      for (let item = notifications[next++]; item; item = notifications[next++]) await this.post([item]);
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  }

  #nextUrl(): string {
    return this.#urls[this.#turn++ % this.#urls.length] as string;
  }

  /** The status, or 0 when there was no answer. */
  async #send(url: string, method: 'POST' | 'DELETE', path: string, content?: string): Promise<number> {
    try {
      const { statusCode, body } = await request(`${url}${path}`, {
        method,
        ...(content !== undefined && { headers: { 'content-type': 'application/json' }, body: content }),
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
      });
      await body.dump();
      return statusCode;
    } catch (error) {
      this.#lastError = error;
      return 0;
    }
  }
}

const bodyOf = (notifications: readonly object[]): string =>
  JSON.stringify(notifications.length === 1 ? notifications[0] : notifications);

/** Notifications with ids of their own, titled by their number. */
export const makeNotifications = (
  count: number,
  { feed = 'all', label = 'n' }: { feed?: string; label?: string } = {},
): (NotificationInput & { id: string })[] => {
  const series = randomUUID().slice(0, 8);
  return Array.from({ length: count }, (_, i) => ({
    id: `${label}-${series}-${i + 1}`,
    feed,
    title: `${label} ${i + 1}`,
  }));
};
