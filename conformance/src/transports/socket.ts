import { io, type Socket } from 'socket.io-client';
import { Inbox } from '../inbox.ts';

export interface SocketOptions {
  url: string;
  transport: 'websocket' | 'polling';
  auth: Record<string, unknown>;
  patienceMs: number;
}

/** The result of the handshake: a socket, or the error from the `connect_error` event. */
export type Handshake = { socket: SocketReader } | { error: Error & { data?: unknown } };

/** A socket.io client that records the events that it receives. Never sends anything or reconnects by itself. */
export class SocketReader {
  readonly inbox: Inbox;
  readonly #socket: Socket;
  readonly #patienceMs: number;

  private constructor(socket: Socket, patienceMs: number) {
    this.#socket = socket;
    this.#patienceMs = patienceMs;
    this.inbox = new Inbox(patienceMs);
    socket.onAny((event: string, data: Record<string, unknown>) => this.inbox.all.push({ event, data }));
    socket.on('disconnect', (reason) => (this.inbox.closeReason = reason));
  }

  /** @throws Error if the server doesn't answer in time */
  static async open({ url, transport, auth, patienceMs }: SocketOptions): Promise<Handshake> {
    // If the URL has a path, socket.io interprets the path as a namespace. So pass the path separately.
    const { origin, pathname } = new URL(url);
    const socket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}/hubs`,
      ...{ transports: [transport], forceNew: true, reconnection: false, auth },
      // This timeout ends when the transport is open. The timeout below also covers the handshake, so it must be the
      // shorter one.
      timeout: 2 * patienceMs,
    });
    const reader = new SocketReader(socket, patienceMs);
    return new Promise<Handshake>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.close();
        reject(new Error(`waited ${patienceMs} ms for the response to the handshake`));
      }, patienceMs);
      const settle = (handshake: Handshake) => {
        clearTimeout(timer);
        resolve(handshake);
      };
      socket.once('connect', () => settle({ socket: reader }));
      socket.once('connect_error', (error: Error) => {
        socket.close();
        settle({ error });
      });
    });
  }

  request(event: string, ...payload: unknown[]): Promise<Record<string, unknown>> {
    return this.#socket.timeout(this.#patienceMs).emitWithAck(event, ...payload) as Promise<
      Record<string, unknown>
    >;
  }

  /** Sends an event without requesting an acknowledgement. */
  emit(event: string, ...payload: unknown[]): void {
    this.#socket.emit(event, ...payload);
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  close(): void {
    this.#socket.close();
  }
}
