import { randomUUID } from 'node:crypto';
import {
  COMPONENTS,
  DOCUMENT_VERSION,
  ENTRY_LIFE_MS,
  TOPICS,
  entryKey,
  type Announcement,
  type Entry,
  type Notification,
} from '@tocsin/contracts';
import type { Pair } from '@tocsin/tools';

/** Deposits and announces through a producer's sidecar by hand, so that a test can omit or repeat a step. */
export class ClaimCheck {
  readonly run = randomUUID().replaceAll('-', '').slice(0, 8);
  readonly #pair: Pair;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  notification(feed: string): Notification {
    return {
      id: randomUUID(),
      feed,
      severity: 'info',
      title: 'by hand',
      createdAt: new Date().toISOString(),
    };
  }

  /** Deposits an entry with one notification and returns its id; `change` damages the entry. */
  async deposit(
    feed: string,
    seq: number,
    change: (entry: Entry) => unknown = (entry) => entry,
  ): Promise<string> {
    const notification = this.notification(feed);
    const entry: Entry = {
      v: DOCUMENT_VERSION,
      run: this.run,
      feed,
      seq,
      expiresAt: this.#expiresAt,
      notifications: [notification],
    };
    await this.binding('create', entryKey(entry), change(entry));
    return notification.id;
  }

  async announce(feed: string, seq: number): Promise<void> {
    const data: Announcement = { v: DOCUMENT_VERSION, run: this.run, feed, seq, expiresAt: this.#expiresAt };
    await this.#post(`/v1.0/publish/${COMPONENTS.pubsub}/${TOPICS.announcements}`, data);
  }

  async isThere(feed: string, seq: number): Promise<boolean> {
    return (await this.binding('get', entryKey({ run: this.run, feed, seq }))) !== '';
  }

  binding(operation: string, key: string, data?: unknown): Promise<string> {
    return this.#post(`/v1.0/bindings/${COMPONENTS.entries}`, { operation, metadata: { key }, data });
  }

  readonly #expiresAt = new Date(Date.now() + ENTRY_LIFE_MS).toISOString();

  async #post(path: string, body: unknown): Promise<string> {
    const response = await fetch(this.#pair.daprUrl + path, {
      method: 'POST',
      headers: { ...this.#pair.daprHeaders, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.text();
  }
}
