import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { agreeToEmail, fetchPage } from '@tocsin/client';
import { Caller } from '../../ledger/caller.ts';
import type { Random } from '../random.ts';
import type { ReceivedMessage, Receivers } from './receivers.ts';

const FEED = 'user:away';
/**
 * Minimum pause between notifications (ms). If a sender dies, notifications pile up until its claim on the fallbacks
 * expires. The pause is long enough that all of them fit into a single message.
 */
const BETWEEN_MS = 1_000;
/** Fallbacks are due after 3 to 12 s. */
const MIN_AFTER_S = 3;
const EXTRA_AFTER_S = 10;
/** If a read mark is acknowledged at least this long (ms) before a fallback is due, the fallback is never sent. */
const READ_MARGIN_MS = 1_000;
/**
 * How long messages can still arrive after the last fallback is due (ms). Messages are resent after 45 s if the sender
 * was killed, or after a pause if the channel was unavailable.
 */
const SETTLE_MS = 75_000;

interface ExpectedFallback {
  via: 'webhook' | 'email';
  dueAt: number;
  /** When the read mark was acknowledged (ms since 1970). */
  readAt?: number;
  /** True if a read mark was requested, whether or not it was acknowledged. */
  attempted?: true;
}

/** Results for the acknowledged notifications with fallbacks. */
export interface FallbackResults {
  webhook: number;
  email: number;
  readInTime: number;
  /** Repeated webhook messages. They share a key, so the receiver recognizes them. */
  repeatedWebhooks: number;
  /** Notifications with an e-mail that arrived more than once. SMTP servers don't recognize repeated messages. */
  repeatedEmails: number;
  /** How late each message arrived (ms). */
  lateMs: number[];
  /** A sentence for each fallback that was missed, sent twice, sent early, or sent despite a timely read mark. */
  faults: string[];
}

/**
 * Until `stop()`, publishes notifications with fallbacks, and marks some of them as read before the fallback is due.
 */
export class Fallbacks {
  readonly #caller: Caller;
  readonly #random: Random;
  readonly #receivers: Receivers;
  readonly #instances: readonly string[];
  readonly #token: string;
  readonly #expected = new Map<string, ExpectedFallback>();
  readonly #work: Promise<unknown>;
  readonly #reads: Promise<void>[] = [];
  #running = true;

  constructor(
    urls: readonly string[],
    instances: readonly string[],
    random: Random,
    receivers: Receivers,
    token: string,
  ) {
    this.#caller = new Caller({ urls, patienceMs: 180_000 });
    this.#random = random;
    this.#receivers = receivers;
    this.#instances = instances;
    this.#token = token;
    this.#work = this.#publish();
    // Awaited in stop(). An earlier failure must not crash the process.
    this.#work.catch(() => undefined);
  }

  /** Gives the reader's consent to e-mail. Call it before the first fallback is due. */
  static agreeToEmail(instance: string, token: string): Promise<void> {
    return agreeToEmail(instance, {}, { token });
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
    await Promise.all(this.#reads);
  }

  /** When all messages must have arrived (ms since 1970). */
  get settledAt(): number {
    return Math.max(0, ...[...this.#expected.values()].map(({ dueAt }) => dueAt)) + SETTLE_MS;
  }

  /** Compares the messages that arrived with the expected ones. */
  results(): FallbackResults {
    const [webhooks, emails] = [this.#receivers.webhooks(), this.#receivers.emails()];
    const faults: string[] = [];
    const lateMs: number[] = [];
    let repeatedEmails = 0;
    let readInTime = 0;
    for (const [id, { via, dueAt, readAt, attempted }] of this.#expected) {
      const arrived = (via === 'webhook' ? webhooks : emails).filter(({ ids }) => ids.includes(id));
      const messages = new Set(arrived.map(({ key }) => key));
      const mustNotBeSent = readAt !== undefined && readAt <= dueAt - READ_MARGIN_MS;
      if (mustNotBeSent) readInTime++;
      const [first] = arrived;
      if (mustNotBeSent && first) faults.push(`${id} was sent by ${via} although it was read in time`);
      else if (!attempted && !first) faults.push(`${id} was not sent by ${via}`);
      if (messages.size > 1) faults.push(`${id} was in ${messages.size} messages sent by ${via}`);
      if (via === 'email' && arrived.length > messages.size) repeatedEmails++;
      if (first && first.at < dueAt - CLOCK_MS)
        faults.push(`${id} was sent ${dueAt - first.at} ms too early`);
      if (first) lateMs.push(Math.max(0, first.at - dueAt));
    }
    const all = [...this.#expected.values()];
    return {
      webhook: all.filter(({ via }) => via === 'webhook').length,
      email: all.filter(({ via }) => via === 'email').length,
      ...{ readInTime, repeatedEmails, lateMs, faults },
      repeatedWebhooks: countRepeated(webhooks),
    };
  }

  async #publish(): Promise<void> {
    while (this.#running) {
      const id = `away-${randomBytes(8).toString('hex')}`;
      const via = this.#random.below(2) === 0 ? 'webhook' : 'email';
      const afterS = MIN_AFTER_S + this.#random.below(EXTRA_AFTER_S);
      const fallback = [{ after: `PT${afterS}S`, via }];
      const sentAt = Date.now();
      await this.#caller.post([{ id, title: id, feed: FEED, fallback }]);
      // The delay starts when a producer accepts the notification, which happens after `sentAt`.
      const expected: ExpectedFallback = { via, dueAt: sentAt + afterS * 1_000 };
      this.#expected.set(id, expected);
      if (this.#random.below(3) === 0) this.#reads.push(this.#read(id, expected));
      await delay(BETWEEN_MS + this.#random.below(BETWEEN_MS));
    }
  }

  /**
   * Marks a notification as read soon after it was published. Even if the request fails, the server might have stored
   * the mark.
   */
  async #read(id: string, expected: ExpectedFallback): Promise<void> {
    await delay(300 + this.#random.below(1_500));
    expected.attempted = true;
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ feed: FEED, ids: [id] });
    const url = `${this.#random.pick(this.#instances)}/app/notifications/read`;
    try {
      const signal = AbortSignal.timeout(5_000);
      const { status } = await fetch(url, { method: 'POST', headers, body, signal });
      // Marking a notification that hasn't arrived yet has no effect, so check that the mark was stored.
      if (status === 204 && (await this.#isRead(id))) expected.readAt = Date.now();
    } catch {
      // The instance was killed before it responded.
    }
  }

  async #isRead(id: string): Promise<boolean> {
    const page = await fetchPage(
      this.#random.pick(this.#instances),
      { feed: FEED },
      { token: this.#token, signal: AbortSignal.timeout(5_000) },
    );
    const { publications, read = { offset: 0, ids: [] } } = page;
    const offset = publications.find(({ notification }) => notification?.id === id)?.offset ?? Infinity;
    return read.ids.includes(id) || offset <= read.offset;
  }
}

/** Tolerance for rounding, and for differences between the clocks of processes. */
const CLOCK_MS = 50;

const countRepeated = (received: readonly ReceivedMessage[]): number =>
  received.length - new Set(received.map(({ key }) => key)).size;
