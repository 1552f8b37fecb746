import type { NotificationInput } from '@tocsin/contracts';

export type { NotificationInput };

export interface PublisherOptions {
  /**
   * The producer, such as `http://localhost:4000`, or the invocation of it by a sidecar:
   * `http://localhost:3500/v1.0/invoke/producer/method`.
   */
  url: string;
  /** Sent as `x-api-key`. */
  apiKey?: string;
  /** Sent with every request, such as `dapr-api-token`. */
  headers?: Readonly<Record<string, string>>;
  /** Wait this many milliseconds for more notifications before sending a batch. Default: 5. */
  batchingDelayMs?: number;
  /** Give up retrying this many milliseconds after the first attempt. Default: 60,000. */
  giveUpAfterMs?: number;
  /** End a request that has no answer after this many milliseconds, and retry. Default: 10,000. */
  requestTimeoutMs?: number;
  /** Reject further notifications with the code `full` while this many wait. Default: 10,000. */
  maxWaiting?: number;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Publishes notifications in the order of the calls. A notification gets its id before the first attempt, so a retry
 * never shows it twice. Retries when the server does not answer, or answers 429 or 5xx.
 */
export interface Publisher {
  /**
   * Resolves with the id when the notification is accepted: from then on it is neither lost nor shown twice.
   * Notifications of calls that follow closely share a request; a refused one does not affect the others.
   * @throws PublishError
   */
  publish(notification: NotificationInput): Promise<string>;
  /** Removes a notification from feeds and screens, even if it is scheduled or has not arrived yet. @throws PublishError */
  retract(id: string, feed?: string): Promise<void>;
  /** Accepts no more notifications, and resolves when all waiting ones are accepted or have failed. Safe to repeat. */
  close(): Promise<void>;
}
