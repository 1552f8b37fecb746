import type { NotificationInput } from '@tocsin/contracts';

export type { NotificationInput };

export interface PublisherOptions {
  /**
   * The producer's URL, such as `http://localhost:4000`, or its URL for invocation through a sidecar:
   * `http://localhost:3500/v1.0/invoke/producer/method`.
   */
  url: string;
  /** API key, sent as `x-api-key`. */
  apiKey?: string;
  /** Headers to send with every request, such as `dapr-api-token`. */
  headers?: Readonly<Record<string, string>>;
  /** How long to wait for more notifications before sending a batch (ms). Default: 5. */
  batchingDelayMs?: number;
  /** How long to keep retrying after the first attempt (ms). Default: 60,000. */
  giveUpAfterMs?: number;
  /** How long to wait for a response before aborting the request and retrying it (ms). Default: 10,000. */
  requestTimeoutMs?: number;
  /** Maximum number of waiting notifications. More are rejected with the code `full`. Default: 10,000. */
  maxWaiting?: number;
  /** The fetch function to use. Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Publishes notifications in call order. Each one gets its id before the first attempt, so retries never show it
 * twice. Retries if the server doesn't respond or responds with 429 or 5xx.
 */
export interface Publisher {
  /**
   * Resolves with the id once the notification is accepted. From then on, it won't be lost or shown twice.
   * Notifications published in quick succession share a request. If one is rejected, the rest aren't affected.
   * @throws PublishError
   */
  publish(notification: NotificationInput): Promise<string>;
  /**
   * Removes a notification from its feed and from all screens, even if it's scheduled or still in transit.
   * @throws PublishError
   */
  retract(id: string, feed?: string): Promise<void>;
  /** Stops accepting notifications and resolves when all waiting ones are accepted or have failed. Safe to repeat. */
  close(): Promise<void>;
}
