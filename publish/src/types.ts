import type { NotificationInput } from '@tocsin/contracts';

export type { NotificationInput };

export interface PublisherOptions {
  /**
   * The producer's URL, for example `http://localhost:4000`. To invoke it through a sidecar:
   * `http://localhost:3500/v1.0/invoke/producer/method`.
   */
  url: string;
  /** API key, sent as `x-api-key`. */
  apiKey?: string;
  /** Headers to send with every request, for example `dapr-api-token`. */
  headers?: Readonly<Record<string, string>>;
  /** Time to wait for more notifications before sending a batch (ms). Default: 5. */
  batchingDelayMs?: number;
  /**
   * Time to keep retrying after the first attempt (ms). For a retraction, this time starts with the call to `retract`,
   * and again whenever the server accepts or rejects another one while this one waits. Default: 60,000.
   */
  giveUpAfterMs?: number;
  /** Timeout for a request, which is then aborted and retried (ms). Default: 10,000. */
  requestTimeoutMs?: number;
  /**
   * Maximum number of waiting notifications and retractions. Additional ones are rejected with the code `full`.
   * Default: 10,000.
   */
  maxWaiting?: number;
  /** The fetch function to use. Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Publishes notifications in call order. Ids are assigned before the first attempt, so a retried notification is never
 * shown twice. Retries if the server doesn't respond or responds with 408, 429 or 5xx.
 */
export interface Publisher {
  /**
   * Resolves with the id once the notification is accepted. From then on, it won't be lost or shown twice.
   * Notifications published in quick succession share a request. A rejected notification doesn't affect the rest.
   * @throws PublishError
   */
  publish(notification: NotificationInput): Promise<string>;
  /**
   * Removes a notification from its feed and from all screens. Also works for notifications that are scheduled or still
   * in transit, so you don't have to wait for `publish` first. At most 16 retractions are sent at a time.
   * @throws PublishError
   */
  retract(id: string, feed?: string): Promise<void>;
  /**
   * Stops accepting notifications and retractions. Resolves when all pending ones have been accepted or have failed.
   * Safe to repeat.
   */
  close(): Promise<void>;
}
