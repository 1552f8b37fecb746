import type { TokenAnswer } from '@tocsin/contracts';
import { backOff } from '@tocsin/contracts/pause';
import { ClientError, tokenError } from '../errors.ts';
import type { ClientSocket } from './socket.ts';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';

/** Refreshes a connection's token before it expires. Retries failures until stopped. */
export class TokenRenewal {
  readonly #getToken: NotificationClientOptions['getToken'];
  readonly #random: () => number;
  readonly #report: (error: Error) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Replaced by a new object on each stop. A pending attempt that has an older object is outdated. */
  #renewal = {};

  constructor(
    getToken: NotificationClientOptions['getToken'],
    random: () => number,
    report: (error: Error) => void,
  ) {
    this.#getToken = getToken;
    this.#random = random;
    this.#report = report;
  }

  /**
   * Gets a new token and sends it to the server. Replaces a pending renewal. Does nothing if the application has no
   * `getToken`.
   */
  renew(socket: ClientSocket): void {
    if (!this.#getToken) return;
    this.stop();
    void this.#attempt(socket, this.#renewal, 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#renewal = {};
  }

  /** Sends a new token and retries failures. Never rejects. */
  async #attempt(socket: ClientSocket, renewal: object, attempt: number): Promise<void> {
    const error = await this.#send(socket, renewal);
    if (renewal !== this.#renewal || !error) return;
    this.#report(error);
    // The listener might have closed the client.
    if (renewal !== this.#renewal) return;
    const delay = backOff(attempt, TIMING.retryMin, TIMING.retryMax, this.#random);
    this.#timer = setTimeout(() => void this.#attempt(socket, renewal, attempt + 1), delay);
  }

  async #send(socket: ClientSocket, renewal: object): Promise<Error | undefined> {
    try {
      const token = await this.#getToken?.();
      // A disconnected socket would buffer the `token` event and send it after it has reconnected. But the new
      // connection sends a token of its own.
      if (renewal !== this.#renewal) return undefined;
      if (token === undefined) return new ClientError('no_token', 'No token.', { temporary: true });
      const sent: unknown = await socket.timeout(TIMING.acknowledgement).emitWithAck('token', { token });
      const response = sent as TokenAnswer;
      return response.ok
        ? undefined
        : new ClientError(response.error.code, response.error.message, response.error);
    } catch (thrown) {
      return tokenError(thrown);
    }
  }
}
