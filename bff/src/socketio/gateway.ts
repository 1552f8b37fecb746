import { createServer, type Server as HttpServer } from 'node:http';
import {
  MAX_CLIENT_MESSAGE_BYTES,
  SOCKET_PATH,
  type ClientToServerEvents,
  type PositionEvent,
  type PublicationsEvent,
  type ServerToClientEvents,
} from '@tocsin/contracts';
import { closeServer, type HostCheck, type Logger } from '@tocsin/service';
import { Server, type DefaultEventsMap, type ServerOptions } from 'socket.io';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Backend } from '../backend.ts';
import type { EventStreams } from '../connect/event-streams.ts';
import type { SocketData } from '../connect/session.ts';
import type { EndReason, SubscriptionOutcome } from '../connect/subscriptions.ts';
import { present } from '../feed/present.ts';
import type { ReaderPages } from '../readers/page-for-reader.ts';
import type { ReaderEvent } from '../readers/reader-change.ts';
import type { FeedViews } from '../recover/feed-views.ts';
import type { Admission, RefusalReason } from './admission/admission.ts';
import { admit } from './admission/admit.ts';
import type { AzureSockets } from './azure/azure-sockets.ts';
import { terminate, type EngineSession } from '../internals/websocket.ts';
import { boundBacklog } from './send/backlog.ts';
import { readerRoomOf, roomOf, serveConnection } from './connection/serve-connection.ts';
import { parser } from './send/encoder.ts';
import { fanOut } from './send/fan-out.ts';
import { createHandshakeGuard } from './guards/handshake-guard.ts';
import { createHostGuard } from './guards/host-guard.ts';
import { corsFor, createOriginGuard } from './guards/origin-guard.ts';
import { refuseOtherUpgrades } from './guards/upgrade-guard.ts';
import { SendQueue } from './send/send-queue.ts';

export interface GatewayOptions {
  server: HttpServer;
  auth: Authenticator;
  /** Origins besides the own whose pages may connect. */
  allowedOrigins: readonly string[];
  /** The hosts that are served; all where it is left out. */
  isServed: HostCheck | undefined;
  views: FeedViews;
  pages: ReaderPages;
  /** The backplane's socket.io adapter, if it has one. */
  adapter?: Backend['socketAdapter'];
  /** Browsers connect there instead of to `server`. */
  azure?: AzureSockets | undefined;
  log: Logger;
  now: () => number;
  /** Told how each subscription was answered. */
  onSubscribed: (outcome: SubscriptionOutcome) => void;
  /** Told why a connection was ended by this side. */
  onEnded: (reason: EndReason) => void;
  /** Told of each connection of a reader, once it gets what is sent to the reader. */
  onJoined: (reader: string) => void;
  /** Told of each connection of a reader that is gone. */
  onLeft: (reader: string) => void;
  admission: Admission;
  /** The readers of this instance that come without socket.io; they are told the same. */
  streams: EventStreams;
  /** Told why a handshake or a reader was refused. */
  onRefused: (reason: RefusalReason) => void;
  timing: GatewayTiming;
}

export interface GatewayTiming {
  /** A session that has not connected, or not finished its upgrade, after so many ms is closed. */
  handshakeMs: number;
  /** Each session is asked so often, in ms, whether it is still there. */
  pingIntervalMs: number;
  /** One that does not answer within so many ms is closed. */
  pingTimeoutMs: number;
}

/** Each feed's position goes to its connections at least every 10 s. */
const POSITION_MS = 8_000;
/** A session that was refused is closed after so many ms: until its peer has read why. */
const REFUSED_LINGER_MS = 1_000;
/** Clients begin to move within this part of the time that they have; the rest is for the last to arrive elsewhere. */
const DRAIN_SPREAD = 0.6;

/** A room whatever the event: the type of `ReaderEvent` says that name and payload belong together. */
interface EventSink {
  emit(name: string, payload: unknown): unknown;
}

/** The socket.io server of one instance. */
export class Gateway {
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
  readonly #options: GatewayOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #sendQueue = new SendQueue({ send: (event) => this.#sendNow(event) });
  #draining = false;

  constructor(options: GatewayOptions) {
    const { server, auth, allowedOrigins, views, pages, adapter, azure, log, now } = options;
    const { admission, onSubscribed, onEnded, onJoined, onLeft, onRefused, timing } = options;
    this.#options = options;
    // With Azure, no browser connects here: the engine gets a server that never listens, until Azure's
    // replaces it.
    this.#io = new Server(azure ? createServer() : server, {
      path: SOCKET_PATH,
      serveClient: false,
      parser,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: 2 * MAX_CLIENT_MESSAGE_BYTES,
      connectTimeout: 2 * timing.handshakeMs,
      upgradeTimeout: timing.handshakeMs,
      pingInterval: timing.pingIntervalMs,
      pingTimeout: timing.pingTimeoutMs,
      destroyUpgrade: false,
      ...corsFor(allowedOrigins),
      ...(adapter && { adapter: adapter as unknown as NonNullable<ServerOptions['adapter']> }),
    });
    refuseOtherUpgrades(server, azure ? undefined : SOCKET_PATH);
    const connected = new WeakSet<EngineSession>();
    if (azure) void azure.attach(this.#io);
    else this.#guardEngine();
    this.#io.use((_socket, next) => {
      // A client that moves away and comes to the same instance keeps its old connection while it tries again.
      if (this.#draining) next(new Error('unavailable: this instance is stopping'));
      else next();
    });
    this.#io.use((socket, next) => {
      // A burst of connects in one session would make a socket of each before the first is known.
      if (connected.has(socket.conn)) {
        socket.conn.close();
        return next(new Error('invalid_request: this session has connected already'));
      }
      connected.add(socket.conn);
      next();
    });
    const admitOne = admit({ auth, admission, onRefused, log });
    this.#io.use((socket, next) =>
      admitOne(socket, (error) => {
        // Clients go by themselves; others would keep their place until their time is up.
        if (error && !azure) setTimeout(() => terminate(socket.conn), REFUSED_LINGER_MS).unref();
        next(error);
      }),
    );
    const looks = new WeakMap<object, () => void>();
    this.#io.on('connection', (socket) => {
      const endIfRevoked = serveConnection(socket, {
        ...{ auth, views, pages, log, now, onSubscribed, onEnded, onJoined, onLeft },
        onAnswering: (feed) => this.#sendQueue.flush(feed),
      });
      looks.set(socket, endIfRevoked);
    });
    auth.revocations?.onRevoked(() => {
      for (const socket of this.#io.of('/').sockets.values()) looks.get(socket)?.();
    });
    this.#timer = setInterval(() => this.#sendPositions(), POSITION_MS).unref();
  }

  /** The limits for connections to this instance. */
  #guardEngine(): void {
    const { admission, allowedOrigins, isServed, log, onEnded, onRefused, timing } = this.#options;
    const { engine } = this.#io;
    engine.use(createHostGuard(isServed));
    engine.use(createOriginGuard(allowedOrigins));
    engine.use(createHandshakeGuard(admission, onRefused));
    // Its answers pass no middleware of Express.
    engine.on('headers', (headers: Record<string, string>) => {
      headers['X-Content-Type-Options'] = 'nosniff';
    });
    engine.on('connection', (session: EngineSession) => {
      admission.opened(session);
      const late = setTimeout(() => admission.isPending(session) && terminate(session), timing.handshakeMs);
      session.once('close', () => clearTimeout(late));
      boundBacklog(session, (bytes) => {
        log.info({ session: session.transport.sid, bytes }, 'a connection does not read and is closed');
        onEnded('not_reading');
      });
    });
  }

  get connections(): number {
    return this.#io.engine.clientsCount + this.#options.streams.size;
  }

  /** Sends soon to the connections of this instance that are subscribed to the feed. */
  send({ feed, epoch, publications }: PublicationsEvent): void {
    this.#sendQueue.add({ feed, epoch, publications });
  }

  #sendNow({ feed, epoch, publications }: PublicationsEvent): void {
    const now = this.#options.now();
    const shown = publications.map((publication) => present(publication, now));
    const room = this.#io.local.to(roomOf(feed));
    const event = { feed, epoch, publications: shown };
    // Azure's service knows the members of a room; no browser is connected here.
    if (this.#options.azure) room.emit('publications', event);
    else fanOut(this.#io.of('/'), roomOf(feed), event);
    this.#options.streams.publications(event);
    const retracted = shown.flatMap((publication) =>
      publication.notification === null && publication.gone === 'retracted' ? [publication.id] : [],
    );
    if (retracted.length === 0) return;
    const gone = { feed, ids: [...new Set(retracted)] };
    room.emit('retracted', gone);
    this.#options.streams.retracted(gone);
  }

  /** Whether this instance has connections of the reader. With Azure it cannot know. */
  hasReader(reader: string): boolean {
    const { azure, streams } = this.#options;
    return (
      azure !== undefined ||
      streams.hasReader(reader) ||
      this.#io.of('/').adapter.rooms.has(readerRoomOf(reader))
    );
  }

  /** Sends to the reader's connections at this instance. */
  sendToReader(event: ReaderEvent): void {
    const room: EventSink = this.#io.local.to(readerRoomOf(event.reader));
    room.emit(event.name, event.payload);
    this.#options.streams.sendToReader(event);
  }

  /**
   * Takes no more clients, asks every one to connect elsewhere, spread over `ms` milliseconds, and waits until they
   * went or time is up.
   */
  async drain(ms: number): Promise<void> {
    this.#draining = true;
    this.#sendQueue.flushAll();
    for (const socket of this.#io.of('/').sockets.values()) {
      socket.emit('draining', { reconnectAfterMs: Math.round(Math.random() * ms * DRAIN_SPREAD) });
    }
    this.#options.streams.drain(ms * DRAIN_SPREAD);
    const end = Date.now() + ms;
    const isServing = () => this.#io.of('/').sockets.size + this.#options.streams.size > 0;
    while (isServing() && Date.now() < end) await new Promise((r) => setTimeout(r, 25));
  }

  /** Ends all connections and with them the HTTP server. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#sendQueue.stop();
    this.#options.streams.stop();
    this.#options.server.closeIdleConnections();
    await this.#io.close();
    if (this.#options.azure) await closeServer(this.#options.server);
  }

  /** Sends the feed's position to its subscribers on this instance. */
  sendPosition({ feed, epoch, offset }: PositionEvent): void {
    this.#sendQueue.flush(feed);
    this.#io.local.to(roomOf(feed)).emit('position', { feed, epoch, offset });
    this.#options.streams.position({ feed, epoch, offset });
  }

  #sendPositions(): void {
    for (const position of this.#options.views.positions()) this.sendPosition(position);
  }
}
