import type { NotificationInput } from '@tocsin/contracts';

export type { NotificationInput };

export interface PublisherOptions {
  /**
   * URL of the producer, such as `http://localhost:4000`, or of its invocation through a sidecar:
   * `http://localhost:3500/v1.0/invoke/producer/method`.
   */
  url: string;
  /** API key, sent as `x-api-key`. */
  apiKey?: string;
  /** Headers to send with every request, such as `dapr-api-token`. */
  headers?: Readonly<Record<string, string>>;
  /** Wait this many milliseconds for more notifications before sending a batch. Default: 5. */
  batchingDelayMs?: number;
  /** Give up retrying this many milliseconds after the first attempt. Default: 60,000. */
  giveUpAfterMs?: number;
  /** Abort a request that has had no response for this many milliseconds, and retry it. Default: 10,000. */
  requestTimeoutMs?: number;
  /** Reject additional notifications with the code `full` while this many are waiting. Default: 10,000. */
  maxWaiting?: number;
  /** The fetch function to use. Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Publishes notifications in the order of the calls. A notification gets its id before the first attempt, so a retry
 * never shows it twice. Retries if the server does not respond, or responds with 429 or 5xx.
 */
export interface Publisher {
  /**
   * Resolves with the id when the notification is accepted: from then on it is neither lost nor shown twice.
   * Notifications published in quick succession share a request; a rejected one does not affect the others.
   * @throws PublishError
   */
  publish(notification: NotificationInput): Promise<string>;
  /**
   * Removes a notification from its feed and from all screens, even if it is only scheduled or still in transit.
   * @throws PublishError
   */
  retract(id: string, feed?: string): Promise<void>;
  /**
   * Stops accepting notifications, and resolves when all waiting ones are accepted or have failed. Can be called more
   * than once.
   */
  close(): Promise<void>;
}
