import type { NotificationInput } from '@tocsin/contracts';

export type { NotificationInput };

export interface PublisherOptions {
  /**
   * The producer's URL, for example `http://localhost:4000`. To call the producer through a Dapr sidecar, use
   * `http://localhost:3500/v1.0/invoke/producer/method`.
   */
  url: string;
  /** API key, sent as `x-api-key`. */
  apiKey?: string;
  /** Headers to send with every request, for example `dapr-api-token`. */
  headers?: Readonly<Record<string, string>>;
  /** Time to wait for more notifications before a batch is sent (ms). Default: 5. */
  batchingDelayMs?: number;
  /**
   * Time to keep retrying after the first attempt (ms). For a retraction, the time starts with the call to `retract`.
   * While the retraction waits for its first attempt, the time starts again whenever the server accepts or rejects
   * another retraction. Default: 60,000.
   */
  giveUpAfterMs?: number;
  /** Timeout for a request (ms). A request that takes longer is aborted and retried. Default: 10,000. */
  requestTimeoutMs?: number;
  /**
   * Maximum number of notifications and retractions that are waiting. Further ones are rejected with the code `full`.
   * Default: 10,000.
   */
  maxWaiting?: number;
  /** The fetch function to use. Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Publishes notifications in the order of the calls. Ids are assigned before the first attempt, so a retried
 * notification is never shown twice. Failed requests are retried if the server does not respond, or responds with 408,
 * 429 or 5xx.
 */
export interface Publisher {
  /**
   * Resolves with the id when the notification has been accepted. From then on, the notification won't be lost or shown
   * twice. Notifications that you publish in quick succession share a request. A rejected notification does not affect
   * the others in its request.
   * @throws PublishError
   */
  publish(notification: NotificationInput): Promise<string>;
  /**
   * Removes a notification from its feed and from all screens. Also removes a notification that is scheduled or not
   * delivered yet, so you don't have to wait for `publish` first. At most 16 retractions are sent at the same time;
   * further ones wait.
   * @throws PublishError
   */
  retract(id: string, feed?: string): Promise<void>;
  /**
   * Stops accepting notifications and retractions. Resolves when all pending ones have been accepted or have failed.
   * You can safely call it again.
   */
  close(): Promise<void>;
}
