import type { TokenAnswer } from '@tocsin/contracts';
import { backOff } from '@tocsin/contracts/pause';
import { asError, ClientError } from '../errors.ts';
import type { ClientSocket } from './socket.ts';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';

/** Gives a connection another token before its own ends; repeats what fails until it is stopped. */
export class RenewedToken {
  readonly #getToken: NotificationClientOptions['getToken'];
  readonly #random: () => number;
  readonly #report: (error: Error) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Changes when the attempts under way are over. */
  #turn = {};

  constructor(
    getToken: NotificationClientOptions['getToken'],
    random: () => number,
    report: (error: Error) => void,
  ) {
    this.#getToken = getToken;
    this.#random = random;
    this.#report = report;
  }

  /** Without `getToken` nothing: the connection then ends with its token. */
  renew(socket: ClientSocket): void {
    if (!this.#getToken) return;
    this.stop();
    void this.#attempt(socket, this.#turn, 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#turn = {};
  }

  /** Never rejects. */
  async #attempt(socket: ClientSocket, turn: object, attempt: number): Promise<void> {
    const error = await this.#send(socket, turn);
    if (turn !== this.#turn || !error) return;
    this.#report(error);
    const pause = backOff(attempt, TIMING.retryMin, TIMING.retryMax, this.#random);
    this.#timer = setTimeout(() => void this.#attempt(socket, turn, attempt + 1), pause);
  }

  async #send(socket: ClientSocket, turn: object): Promise<Error | undefined> {
    try {
      const token = await this.#getToken?.();
      // A socket that is not connected would keep the event for its next connection, which has a token of its own.
      if (turn !== this.#turn) return undefined;
      if (token === undefined) return new ClientError('no_token', 'No token.', { temporary: true });
      const sent: unknown = await socket.timeout(TIMING.acknowledgement).emitWithAck('token', { token });
      const answer = sent as TokenAnswer;
      return answer.ok ? undefined : new ClientError(answer.error.code, answer.error.message, answer.error);
    } catch (thrown) {
      const cause = asError(thrown);
      return new ClientError('no_token', `No token: ${cause.message}`, { temporary: true, cause });
    }
  }
}
