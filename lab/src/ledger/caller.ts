import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NotificationInput } from '@tocsin/contracts';
import { Failure, messageOf } from '@tocsin/tools/failure';
import { request } from 'undici';

const REPEAT_MS = 100;
const ANSWER_MS = 10_000;

export interface CallerOptions {
  /** Producers to use round-robin. An unacknowledged request is retried with the next producer. */
  urls: readonly string[];
  /** Maximum time (ms) per request, including all retries. Defaults to 120,000. */
  patienceMs?: number;
}

/**
 * A caller that follows the contract: retries a request with the same ids until it gets a 202. A 404 is temporary:
 * ingress controllers send it while no producer is ready.
 */
export class Caller {
  readonly #urls: readonly string[];
  readonly #patienceMs: number;
  #nextIndex = 0;
  /** Acknowledged ids and when they were acknowledged (ms since 1970), oldest first. */
  readonly acknowledged = new Map<string, number>();
  /** Retry count. */
  retries = 0;
  /** The error of the last request without a response. */
  #lastError: unknown;

  constructor({ urls, patienceMs = 120_000 }: CallerOptions) {
    this.#urls = urls;
    this.#patienceMs = patienceMs;
  }

  /**
   * Retries the POST until it returns 202.
   * @throws Failure if the response is a permanent error, or the request's time limit has passed
   */
  async post(notifications: readonly (NotificationInput & { id: string })[]): Promise<void> {
    await this.#until202('POST', '/notifications', bodyOf(notifications));
    for (const { id } of notifications) this.acknowledged.set(id, Date.now());
  }

  /** Retries the retraction until it returns 202. @throws Failure like `post` */
  retract(feed: string, id: string): Promise<void> {
    return this.#until202('DELETE', `/notifications/${id}?feed=${encodeURIComponent(feed)}`);
  }

  /** Posts once. Returns the status, or 0 if there is no response. */
  tryOnce(notification: NotificationInput): Promise<number> {
    return this.#send(this.#nextUrl(), 'POST', '/notifications', bodyOf([notification]));
  }

  async #until202(method: 'POST' | 'DELETE', path: string, body?: string): Promise<void> {
    const end = Date.now() + this.#patienceMs;
    for (let url = this.#nextUrl(); ; url = this.#nextUrl()) {
      const status = await this.#send(url, method, path, body);
      if (status === 202) return;
      if (status >= 400 && status < 500 && status !== 404 && status !== 429)
        throw new Failure(`a valid ${method} ${path} returned ${status}`);
      if (Date.now() > end)
        throw new Failure(
          `no 202 within ${this.#patienceMs} ms; the last attempt got ${status || `no response: ${messageOf(this.#lastError)}`}`,
        );
      this.retries++;
      await delay(REPEAT_MS);
    }
  }

  /** Posts each notification in a separate request, `inFlight` at a time. */
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
    return this.#urls[this.#nextIndex++ % this.#urls.length] as string;
  }

  /** Returns the status, or 0 if there is no response. */
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

/** Creates notifications with unique ids and numbered titles. */
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
