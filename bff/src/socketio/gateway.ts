import type { Server as HttpServer } from 'node:http';
import {
  MAX_CLIENT_MESSAGE_BYTES,
  SOCKET_PATH,
  handshakeSchema,
  type ClientToServerEvents,
  type PositionEvent,
  type PublicationsEvent,
  type ServerToClientEvents,
} from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import { Server, type ServerOptions } from 'socket.io';
import type { Backend } from '../backend.ts';
import { present } from '../feed/present.ts';
import type { FeedViews } from '../recover/feed-views.ts';
import { closeSlowConnections } from './backlog.ts';
import { parser } from './encoder.ts';
import { roomOf, serveConnection, type SubscriptionOutcome } from './connection.ts';

export interface GatewayOptions {
  server: HttpServer;
  views: FeedViews;
  /** The carrier's socket.io adapter, if it has one. */
  adapter?: Backend['socketAdapter'];
  log: Logger;
  now: () => number;
  /** Told how each subscription was answered. */
  onSubscribed: (outcome: SubscriptionOutcome) => void;
}

/** Each feed's position goes to its connections at least every 10 s. */
const POSITION_MS = 8_000;
const BACKLOG_CHECK_MS = 250;
/** Clients begin to move within this part of the time that they have; the rest is for the last to arrive elsewhere. */
const DRAIN_SPREAD = 0.6;

/** The socket.io server of one instance. */
export class Gateway {
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents>;
  readonly #options: GatewayOptions;
  readonly #timers: NodeJS.Timeout[];
  #draining = false;

  constructor(options: GatewayOptions) {
    const { server, views, adapter, log, now, onSubscribed } = options;
    this.#options = options;
    this.#io = new Server(server, {
      path: SOCKET_PATH,
      serveClient: false,
      parser,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_CLIENT_MESSAGE_BYTES,
      connectTimeout: 10_000,
      ...(adapter && { adapter: adapter as unknown as NonNullable<ServerOptions['adapter']> }),
    });
    this.#io.use((_socket, next) => {
      // A client that moves away and comes to the same instance keeps its old connection while it tries again.
      if (this.#draining) next(new Error('unavailable: this instance is stopping'));
      else next();
    });
    this.#io.use((socket, next) => {
      if (handshakeSchema.safeParse(socket.handshake.auth).success) next();
      else next(new Error('invalid_request: auth may have a token and a clientId, both text'));
    });
    this.#io.on('connection', (socket) => serveConnection(socket, { views, log, now, onSubscribed }));
    this.#timers = [
      setInterval(() => this.#sendPositions(), POSITION_MS).unref(),
      setInterval(() => closeSlowConnections(this.#io, log), BACKLOG_CHECK_MS).unref(),
    ];
  }

  get connections(): number {
    return this.#io.engine.clientsCount;
  }

  /** Sends to the connections of this instance that are subscribed to the feed. */
  send({ feed, epoch, publications }: PublicationsEvent): void {
    const now = this.#options.now();
    const shown = publications.map((publication) => present(publication, now));
    const room = this.#io.local.to(roomOf(feed));
    room.emit('publications', { feed, epoch, publications: shown });
    const retracted = shown.flatMap((publication) =>
      publication.notification === null && publication.gone === 'retracted' ? [publication.id] : [],
    );
    if (retracted.length > 0) room.emit('retracted', { feed, ids: [...new Set(retracted)] });
  }

  /**
   * Takes no more clients, asks every one to connect elsewhere, spread over `ms` milliseconds, and waits until they
   * went or time is up.
   */
  async drain(ms: number): Promise<void> {
    this.#draining = true;
    for (const socket of this.#io.of('/').sockets.values()) {
      socket.emit('draining', { reconnectAfterMs: Math.round(Math.random() * ms * DRAIN_SPREAD) });
    }
    const end = Date.now() + ms;
    while (this.#io.of('/').sockets.size > 0 && Date.now() < end) await new Promise((r) => setTimeout(r, 25));
  }

  /** Ends all connections and with them the HTTP server. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#options.server.closeIdleConnections();
    await this.#io.close();
  }

  /** Tells the connections of this instance that are subscribed to the feed where it stands. */
  sendPosition({ feed, epoch, offset }: PositionEvent): void {
    this.#io.local.to(roomOf(feed)).emit('position', { feed, epoch, offset });
  }

  #sendPositions(): void {
    for (const position of this.#options.views.positions()) this.sendPosition(position);
  }
}
