import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { SocketError } from '@tocsin/contracts';
import type { ProblemDetails } from '@tocsin/service';
import { Counts } from '../../connect/counts.ts';
import { terminate, type EngineSession } from '../../internals/websocket.ts';
import type { ClientAddresses } from './client-address.ts';
import { PendingSession } from './pending-session.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface ConnectionLimits {
  /** Signed-in connections, or all connections if no token is required. */
  connections: number;
  /** Connections that have not signed in yet; these have a separate pool. */
  pending: number;
  /** Pending connections per address. Loopback and trusted proxies are exempt. */
  pendingPerAddress: number;
  /** Connections per address, pending or not; 0 means no limit. */
  perAddress: number;
  /** Whether loopback and trusted proxies are also exempt from `perAddress`. */
  exemptsTrusted: boolean;
  /** Connections per signed-in reader; 0 means no limit. */
  perReader: number;
}

export interface AdmissionOptions extends ConnectionLimits {
  clientAddresses: ClientAddresses;
  now: () => number;
  /**
   * Called with the TCP connection of a signed-in session, of each request in such a session, and of each admitted
   * stream.
   */
  onAuthenticated: (socket: Socket) => void;
  /** Called when a pending session is closed to make room, or because it sent too many bytes. */
  onClosed: (reason: 'evicted' | 'too_large') => void;
}

export type RefusalReason = 'full' | 'address' | 'pending' | 'reader' | 'evicted' | 'too_large' | 'sockets';
type HandshakeRefusal = { reason: RefusalReason; problem: ProblemDetails };

/** Seconds that a refused client should wait before retrying. */
const RETRY_AFTER = 5;

/** Counts an instance's signed-in and pending sessions separately, and decides which sessions get a slot. */
export class Admission {
  readonly sessions = new Map<string, EngineSession>();
  readonly #options: AdmissionOptions;
  readonly #pending = new Map<EngineSession, PendingSession>();
  readonly #room: WaitingRoom<EngineSession>;
  readonly #byAddress = new Counts();
  readonly #byReader = new Counts();
  #signedIn = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#room = new WaitingRoom({
      slots: options.pending,
      perGroup: options.pendingPerAddress,
      now: options.now,
      evict: (session) => this.#closePending(session, 'evicted'),
    });
  }

  get pending(): number {
    return this.#pending.size;
  }

  isPending(session: EngineSession): boolean {
    return this.#pending.has(session);
  }

  /** Returns why a handshake gets no slot, or `undefined` if it gets one. */
  refusal(request: IncomingMessage): HandshakeRefusal | undefined {
    const { connections, clientAddresses } = this.#options;
    const address = clientAddresses.of(request);
    if (this.#signedIn >= connections) return handshakeRefusal('full', fullText(connections));
    if (this.#isAddressFull(request, address)) {
      return handshakeRefusal('address', addressText(this.#options.perAddress));
    }
    if (!this.#room.hasSlotFor(address, clientAddresses.isExempt(request))) {
      const detail =
        'Too many connections to this instance or from this address have not signed in yet. Try again.';
      return handshakeRefusal('pending', detail);
    }
    return undefined;
  }

  /** Counts a session until it's closed. A session is pending until it signs in. */
  addSession(session: EngineSession): void {
    const { clientAddresses } = this.#options;
    const { request } = session;
    const id = session.transport.sid;
    const address = clientAddresses.of(request);
    this.sessions.set(id, session);
    this.#byAddress.add(address);
    const pending = new PendingSession(() => this.#closePending(session, 'too_large'));
    this.#pending.set(session, pending);
    session.once('close', () => {
      this.sessions.delete(id);
      this.#byAddress.remove(address);
      this.#endPending(session);
    });
    pending.count(request, session.transport.name === 'websocket');
    // Concurrent handshakes could all have passed the check for the same slot.
    if (!this.#room.enter(session, address, clientAddresses.isExempt(request)))
      this.#closePending(session, 'evicted');
  }

  /**
   * Call for each request in a session before engine.io handles it. Counts a pending session's bytes, and reports a
   * signed-in session's TCP connection.
   */
  countRequest(session: EngineSession, request: IncomingMessage, upgrade: boolean): void {
    const pending = this.#pending.get(session);
    if (pending) pending.count(request, upgrade);
    else this.#options.onAuthenticated(request.socket);
  }

  /**
   * Marks a session as signed in for `sub` (`undefined` if no token is required). Returns the reason if no slot is
   * free.
   */
  signIn(
    session: EngineSession,
    sub: string | undefined,
  ): { reason: RefusalReason; error: SocketError } | undefined {
    const { connections, perReader, onAuthenticated } = this.#options;
    const pending = this.#pending.get(session);
    // The session is closed, or belongs to Azure, where we don't count sessions.
    if (!pending) return undefined;
    if (this.#signedIn >= connections) {
      const error: SocketError = { code: 'unavailable', message: fullText(connections), temporary: true };
      return { reason: 'full', error };
    }
    if (this.#isReaderFull(sub)) {
      const message = readerText(perReader);
      return { reason: 'reader', error: { code: 'too_many_connections', message, temporary: true } };
    }
    for (const socket of pending.sockets) onAuthenticated(socket);
    this.#endPending(session);
    session.once('close', this.#takeSlot(sub));
    return undefined;
  }

  /**
   * Gives a slot to a server-sent event stream, as a connection for `sub` (`undefined` if no token is required).
   * Returns the refusal, or a function that releases the slot.
   */
  admitStream(request: IncomingMessage, sub: string | undefined): HandshakeRefusal | { release: () => void } {
    const { connections, perAddress, perReader, clientAddresses, onAuthenticated } = this.#options;
    const address = clientAddresses.of(request);
    if (this.#signedIn >= connections) return handshakeRefusal('full', fullText(connections));
    if (this.#isAddressFull(request, address)) return handshakeRefusal('address', addressText(perAddress));
    if (this.#isReaderFull(sub)) return handshakeRefusal('reader', `T${readerText(perReader).slice(1)}.`);
    onAuthenticated(request.socket);
    this.#byAddress.add(address);
    const release = this.#takeSlot(sub);
    return {
      release: () => {
        this.#byAddress.remove(address);
        release();
      },
    };
  }

  #isReaderFull(sub: string | undefined): boolean {
    const { perReader } = this.#options;
    return sub !== undefined && perReader > 0 && this.#byReader.get(sub) >= perReader;
  }

  #takeSlot(sub: string | undefined): () => void {
    this.#signedIn++;
    if (sub !== undefined) this.#byReader.add(sub);
    return () => {
      this.#signedIn--;
      if (sub !== undefined) this.#byReader.remove(sub);
    };
  }

  #isAddressFull(request: IncomingMessage, address: string): boolean {
    const { perAddress, exemptsTrusted, clientAddresses } = this.#options;
    if (perAddress === 0 || this.#byAddress.get(address) < perAddress) return false;
    return !(exemptsTrusted && clientAddresses.isExempt(request));
  }

  #endPending(session: EngineSession): void {
    this.#pending.get(session)?.end();
    this.#pending.delete(session);
    this.#room.leave(session);
  }

  #closePending(session: EngineSession, reason: 'evicted' | 'too_large'): void {
    if (!this.#pending.has(session)) return;
    this.#endPending(session);
    terminate(session);
    this.#options.onClosed(reason);
  }
}

const addressText = (perAddress: number): string => `This address already has ${perAddress} connections.`;

const readerText = (perReader: number): string =>
  `this reader already has ${perReader} connections to this instance; ` +
  'close this page in other tabs or on other devices and try again (MAX_CONNECTIONS_PER_READER)';

const fullText = (connections: number): string =>
  `This instance has reached its limit of ${connections} connections. Try again later or use another instance.`;

const handshakeRefusal = (reason: RefusalReason, detail: string): HandshakeRefusal => ({
  reason,
  problem: { status: 429, code: 'too_many_requests', detail, retryAfter: RETRY_AFTER },
});
