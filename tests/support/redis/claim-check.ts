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
import { DaprClaimCheck, Sidecar } from '@tocsin/service';
import type { Pair } from '@tocsin/tools';

/**
 * Deposits and announces entries through a producer's sidecar in separate steps, so that a test can omit or repeat
 * a step.
 */
export class ClaimCheck {
  readonly run = randomUUID().replaceAll('-', '').slice(0, 8);
  readonly #sidecar: Sidecar;
  readonly #claimCheck: DaprClaimCheck;

  constructor(pair: Pair) {
    const token = pair.daprHeaders['dapr-api-token'];
    this.#sidecar = new Sidecar({ httpPort: pair.daprHttpPort, token, timeoutMs: 10_000 });
    this.#claimCheck = new DaprClaimCheck(this.#sidecar);
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

  /** Deposits an entry with a single notification and returns the notification's id. `change` can damage the entry. */
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
    await this.#claimCheck.write(entryKey(entry), change(entry));
    return notification.id;
  }

  async announce(feed: string, seq: number): Promise<void> {
    const data: Announcement = { v: DOCUMENT_VERSION, run: this.run, feed, seq, expiresAt: this.#expiresAt };
    await this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.announcements, data);
  }

  async isUnclaimed(feed: string, seq: number): Promise<boolean> {
    return (await this.#claimCheck.peek(entryKey({ run: this.run, feed, seq }))) !== undefined;
  }

  readonly #expiresAt = new Date(Date.now() + ENTRY_LIFE_MS).toISOString();
}
