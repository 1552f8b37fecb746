import type { ClosingEvent, DrainingEvent } from '@tocsin/contracts';
import { backOff, inTime } from '@tocsin/contracts/pause';
import type { ClientConnection, ConnectionHooks } from './connection-types.ts';
import { asError, ClientError, tokenError } from '../errors.ts';
import { setTarget, negotiate } from './negotiate.ts';
import { TokenRenewal } from './token-renewal.ts';
import { isSocketError } from '../shapes.ts';
import { createSocket, type ClientSocket } from './socket.ts';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';

/**
 * A connection that reconnects with backoff. When the server drains, it switches to a new connection without
 * interruption.
 */
export class Connection implements ClientConnection {
  readonly presents = (): boolean => true;
  readonly #options: NotificationClientOptions;
  readonly #hooks: ConnectionHooks;
  readonly #random: () => number;
  #current: ClientSocket;
  /** The socket that will replace the current socket. It is connecting while the current socket is still in use. */
  #next: ClientSocket | undefined;
  readonly #token: TokenRenewal;
  #attempts = 0;
  #closed = false;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: NotificationClientOptions, random: () => number, hooks: ConnectionHooks) {
    const { getToken } = options;
    const tokenInTime = getToken && (async () => inTime(getToken(), TIMING.token));
    this.#options = { ...options, ...(tokenInTime && { getToken: tokenInTime }) };
    this.#random = random;
    this.#hooks = hooks;
    this.#token = new TokenRenewal(tokenInTime, random, hooks.error);
    this.#current = this.#open();
  }

  get socket(): ClientSocket | undefined {
    return this.#current.connected ? this.#current : undefined;
  }

  reconnect({ now }: { now: boolean }): void {
    if (this.#closed) return;
    clearTimeout(this.#reconnectTimer);
    this.#current.disconnect();
    if (!now) return this.#reconnectLater(this.#current);
    clearTimeout(this.#reconnectTimer);
    this.#connect(this.#current);
  }

  close(): void {
    this.#closed = true;
    this.#token.stop();
    clearTimeout(this.#reconnectTimer);
    clearTimeout(this.#drainTimer);
    for (const socket of [this.#current, this.#next]) {
      socket?.off();
      socket?.offAny();
      socket?.disconnect();
    }
  }

  #open(): ClientSocket {
    const socket = createSocket(this.#options, (failedSocket, reason) => {
      this.#hooks.error(tokenError(reason));
      failedSocket.disconnect();
      this.#reconnectLater(failedSocket);
    });
    socket.on('connect', () => this.#connected(socket));
    socket.on('disconnect', () => this.#disconnected(socket));
    socket.on('connect_error', (error) => {
      this.#hooks.error(connectError(error));
      // socket.io doesn't retry after the server refuses a connection.
      if (this.#mustReconnect(socket)) this.#reconnectLater(socket);
    });
    socket.onAny((name: string, payload: unknown) => {
      if (this.#isCurrent(socket)) this.#received(socket, name, payload);
    });
    this.#connect(socket);
    return socket;
  }

  /** Connects the socket. With the option `negotiate`, first negotiates a target. */
  #connect(socket: ClientSocket): void {
    if (!this.#options.negotiate) {
      socket.connect();
      return;
    }
    negotiate(this.#options).then(
      (target) => {
        if (this.#closed) return;
        setTarget(socket, target);
        socket.connect();
      },
      (reason: unknown) => {
        if (this.#closed) return;
        this.#hooks.error(asError(reason));
        this.#reconnectLater(socket);
      },
    );
  }

  /** Whether this class must reconnect because socket.io won't. */
  #mustReconnect(socket: ClientSocket): boolean {
    return this.#options.negotiate === true || !socket.active;
  }

  #isCurrent(socket: ClientSocket): boolean {
    return socket === this.#current;
  }

  #connected(socket: ClientSocket): void {
    this.#token.stop();
    const previous = socket === this.#next ? this.#current : undefined;
    if (previous) {
      this.#current = socket;
      this.#next = undefined;
      previous.off();
    }
    this.#attempts = 0;
    clearTimeout(this.#reconnectTimer);
    this.#hooks.connected(socket);
    // Disconnecting the old socket makes its unanswered requests fail. The feeds have already resubscribed on the new
    // socket.
    previous?.disconnect();
  }

  #disconnected(socket: ClientSocket): void {
    if (socket !== this.#current) return;
    this.#token.stop();
    clearTimeout(this.#drainTimer);
    if (this.#next) {
      socket.off();
      socket.disconnect();
      this.#current = this.#next;
      this.#next = undefined;
    } else if (this.#mustReconnect(socket)) {
      this.#reconnectLater(socket);
    }
    this.#hooks.disconnected();
  }

  /** Reconnects after the backoff delay, unless an error listener has closed the client. */
  #reconnectLater(socket: ClientSocket): void {
    if (this.#closed) return;
    clearTimeout(this.#reconnectTimer);
    const delay = backOff(this.#attempts++, TIMING.reconnectMin, TIMING.reconnectMax, this.#random);
    this.#reconnectTimer = setTimeout(() => this.#connect(socket), delay);
  }

  #received(socket: ClientSocket, name: string, payload: unknown): void {
    if (name === 'token-expiring') this.#token.renew(socket);
    else if (name === 'draining') this.#draining(payload as DrainingEvent | null);
    else {
      if (name === 'closing' && isTooMany(payload)) this.#attempts = TIMING.busyAttempts;
      this.#hooks.event(name, payload);
    }
  }

  #draining(event: DrainingEvent | null): void {
    if (this.#next) return;
    clearTimeout(this.#drainTimer);
    const requested = Math.max(0, Number(event?.reconnectAfterMs) || 0);
    const delay = requested + this.#random() * TIMING.drainJitter;
    this.#drainTimer = setTimeout(() => {
      this.#next = this.#open();
    }, delay);
  }
}

/**
 * Whether the server closes the connection because a limit was exceeded. Reconnecting at once could exceed the limit
 * again.
 */
const isTooMany = (event: unknown): boolean =>
  String((event as Partial<ClosingEvent> | null)?.code).startsWith('too_many_');

/** Returns the server's refusal as an error, or the error `unreachable` if the server did not respond. */
function connectError(error: Error & { data?: unknown }): ClientError {
  return isSocketError(error.data)
    ? new ClientError(error.data.code, error.data.message, { temporary: error.data.temporary, cause: error })
    : new ClientError('unreachable', error.message, { temporary: true, cause: error });
}
