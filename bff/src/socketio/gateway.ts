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
import { AcknowledgedPublications, SentPublications, type OnDelivered } from '../connect/acknowledged.ts';
import type { EventStreams } from '../connect/event-streams.ts';
import type { SocketData } from '../connect/socket-data.ts';
import type { EndReason, SubscriptionOutcome } from '../connect/subscriptions.ts';
import { present } from '../feed/present.ts';
import { encodeEvent } from '../recover/page/encoded.ts';
import type { ReaderPages } from '../readers/page-for-reader.ts';
import type { ReaderEvent } from '../readers/events/reader-change.ts';
import type { FeedViews } from '../recover/views/feed-views.ts';
import type { Admission, RefusalReason } from './admission/admission.ts';
import { admit, stoppingError } from './admission/admit.ts';
import type { AzureSockets } from './azure/azure-sockets.ts';
import { endAtSecondProbe, releaseHandshake, terminate, type EngineSession } from '../internals/websocket.ts';
import { boundBacklog } from './send/backlog.ts';
import { readerRoomOf, roomOf, serveConnection } from './connection/serve-connection.ts';
import { parser } from './send/encoder.ts';
import { fanOut } from './send/fan-out.ts';
import { BoundedPongServer } from '../internals/bounded-pongs.ts';
import { createHandshakeGuard } from './guards/handshake-guard.ts';
import { createHostGuard } from './guards/host-guard.ts';
import { corsFor, createOriginGuard } from './guards/origin-guard.ts';
import { refuseOtherUpgrades } from './guards/upgrade-guard.ts';
import { SendQueue } from './send/send-queue.ts';

export interface GatewayOptions {
  server: HttpServer;
  auth: Authenticator;
  /** Allowed origins in addition to the server's own. */
  allowedOrigins: readonly string[];
  /** Accepted host names; `undefined` accepts all. */
  isServed: HostCheck | undefined;
  views: FeedViews;
  pages: ReaderPages;
  /** The backplane's socket.io adapter, if any. */
  adapter?: Backend['socketAdapter'];
  /** If set, browsers connect to Azure instead of `server`. */
  azure?: AzureSockets | undefined;
  log: Logger;
  now: () => number;
  /** Called with each subscription's outcome. */
  onSubscribed: (outcome: SubscriptionOutcome) => void;
  /** Called when a client has acknowledged publications. */
  onDelivered: OnDelivered;
  /** Called with the reason when the server ends a connection. */
  onEnded: (reason: EndReason) => void;
  /** Called when a reader's connection has joined the reader's room, and when it subscribes to another feed. */
  onJoined: (reader: string) => void;
  /** Called when a reader's connection is closed. */
  onLeft: (reader: string) => void;
  admission: Admission;
  /** This instance's server-sent event streams, which receive the same events as the sockets. */
  streams: EventStreams;
  /** Called with the reason when a handshake or a reader is refused. */
  onRefused: (reason: RefusalReason) => void;
  timing: GatewayTiming;
}

export interface GatewayTiming {
  /** Time limit for a session to connect and finish upgrading (ms). */
  handshakeMs: number;
  /** Time in ms between pings to a session. */
  pingIntervalMs: number;
  /** Time limit in ms for a session to answer a ping. */
  pingTimeoutMs: number;
}

/** Delay before closing a refused session (ms), so that the peer can read the reason first. */
const REFUSED_LINGER_MS = 1_000;
/**
 * Clients start moving within this fraction of the drain time. The remaining time lets the last clients reconnect
 * elsewhere.
 */
const DRAIN_SPREAD = 0.6;
/** Maximum time in ms that a stopping instance waits for in-flight requests and unresponsive clients. */
const LAST_REQUESTS_MS = 1_000;

/** A room without typed events. `ReaderEvent` already ensures that name and payload match. */
interface EventSink {
  emit(name: string, payload: unknown): unknown;
}

/** An instance's socket.io server. */
export class Gateway {
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
  readonly #options: GatewayOptions;
  readonly #sendQueue = new SendQueue({ send: (event) => this.#sendNow(event) });
  readonly #sent = new SentPublications();
  #draining = false;

  constructor(options: GatewayOptions) {
    const { server, auth, allowedOrigins, views, pages, adapter, azure, log, now } = options;
    const { admission, onDelivered, onSubscribed, onEnded, onJoined, onLeft, onRefused, timing } = options;
    this.#options = options;
    // With Azure, no browsers connect here: the engine gets a server that never listens, until `attach` replaces it.
    this.#io = new Server(azure ? createServer() : server, {
      path: SOCKET_PATH,
      serveClient: false,
      parser,
      perMessageDeflate: false,
      wsEngine: BoundedPongServer,
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
    // Refuse clients that were asked to reconnect but end up on this instance again. They keep the old connection while
    // they retry.
    const refusal = () => (this.#draining ? stoppingError() : undefined);
    this.#io.use((_socket, next) => next(refusal()));
    this.#io.use((socket, next) => {
      // Without this check, a session could connect many times and create a socket each time.
      if (connected.has(socket.conn)) {
        socket.conn.close();
        return next(new Error('invalid_request: this session is already connected'));
      }
      connected.add(socket.conn);
      next();
    });
    const admitSocket = admit({ auth, admission, onRefused, log });
    this.#io.use((socket, next) =>
      admitSocket(socket, (fault) => {
        // The instance could have begun stopping while it checked the token.
        const error = fault ?? refusal();
        // Our own clients disconnect by themselves. Other clients would keep the slot until the timeout.
        if (error && !azure) setTimeout(() => terminate(socket.conn), REFUSED_LINGER_MS).unref();
        next(error);
      }),
    );
    const revocationChecks = new WeakMap<object, () => void>();
    this.#io.on('connection', (socket) => {
      const endIfRevoked = serveConnection(socket, {
        ...{ auth, views, pages, log, now, onSubscribed, onEnded, onJoined, onLeft },
        onAnswering: (feed) => this.#sendQueue.flush(feed),
        ...(!azure && { acknowledged: new AcknowledgedPublications(this.#sent, onDelivered) }),
      });
      revocationChecks.set(socket, endIfRevoked);
      if (!azure) releaseHandshake(socket);
    });
    auth.revocations?.onRevoked(() => {
      for (const socket of this.#io.of('/').sockets.values()) revocationChecks.get(socket)?.();
    });
  }

  #guardEngine(): void {
    const { admission, allowedOrigins, isServed, log, onEnded, onRefused, timing } = this.#options;
    const { engine } = this.#io;
    engine.use(createHostGuard(isServed));
    engine.use(createOriginGuard(allowedOrigins));
    engine.use(createHandshakeGuard(admission, onRefused));
    // engine.io's responses don't go through Express, which sets this header on all other responses.
    engine.on('headers', (headers: Record<string, string>) => {
      headers['X-Content-Type-Options'] = 'nosniff';
    });
    engine.on('connection', (session: EngineSession) => {
      admission.addSession(session);
      const timeout = setTimeout(
        () => admission.isPending(session) && terminate(session),
        timing.handshakeMs,
      );
      session.once('close', () => clearTimeout(timeout));
      session.once('upgrade', () => expectHeartbeat(session, timing));
      endAtSecondProbe(session);
      boundBacklog(session, (bytes) => {
        log.info(
          { session: session.transport.sid, bytes },
          'closed a connection because its client stopped reading',
        );
        onEnded('not_reading');
      });
    });
  }

  get connections(): number {
    return this.#io.engine.clientsCount + this.#options.streams.size;
  }

  /** Queues publications for this instance's connections that are subscribed to the feed. */
  send({ feed, epoch, publications }: PublicationsEvent): void {
    this.#sendQueue.add({ feed, epoch, publications });
  }

  #sendNow({ feed, epoch, publications }: PublicationsEvent): void {
    const now = this.#options.now();
    const shown = publications.map((publication) => present(publication, now));
    const event = { feed, epoch, publications: shown };
    this.#sendToFeed(feed, 'publications', event, () => encodeEvent('publications', event));
    this.#sent.add(feed, epoch, shown);
    this.#options.streams.publications(event);
    const retracted = shown.flatMap((publication) =>
      publication.notification === null && publication.gone === 'retracted' ? [publication.id] : [],
    );
    if (retracted.length === 0) return;
    const retractedEvent = { feed, ids: [...new Set(retracted)] };
    this.#io.local.to(roomOf(feed)).emit('retracted', retractedEvent);
    this.#options.streams.retracted(retractedEvent);
  }

  /** Whether the reader is connected to this instance. Always true with Azure, where we can't tell. */
  hasReader(reader: string): boolean {
    const { azure, streams } = this.#options;
    return (
      azure !== undefined ||
      streams.hasReader(reader) ||
      this.#io.of('/').adapter.rooms.has(readerRoomOf(reader))
    );
  }

  /** Sends to the reader's connections on this instance. */
  sendToReader(event: ReaderEvent): void {
    const room: EventSink = this.#io.local.to(readerRoomOf(event.reader));
    room.emit(event.name, event.payload);
    this.#options.streams.sendToReader(event);
  }

  /**
   * Stops accepting clients and asks every client to reconnect elsewhere, spread over part of `ms` milliseconds. Waits
   * until all clients have left or the time is up.
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

  /** Ends all connections and the HTTP server. */
  async stop(): Promise<void> {
    this.#sendQueue.stop();
    this.#options.streams.stop();
    // Close the server first: socket.io also closes it, but waits for connections without a time limit.
    const closed = closeServer(this.#options.server, LAST_REQUESTS_MS);
    const sessions = [...this.#options.admission.sessions.values()];
    // Without this limit, a closing WebSocket would wait longer for a peer that doesn't answer.
    const limit = setTimeout(() => sessions.forEach((session) => terminate(session)), LAST_REQUESTS_MS);
    await this.#io.close();
    await closed;
    clearTimeout(limit);
  }

  /** Sends the feed's position to the feed's subscribers on this instance. */
  sendPosition({ feed, epoch, offset }: PositionEvent): void {
    this.#sendQueue.flush(feed);
    const position = { feed, epoch, offset };
    this.#sendToFeed(feed, 'position', position);
    this.#options.streams.position(position);
  }

  /**
   * Sends an event to the feed's connections on this instance. `encode` returns the event's name and payload as JSON.
   */
  #sendToFeed(
    feed: string,
    name: keyof ServerToClientEvents,
    payload: PublicationsEvent | PositionEvent,
    encode = () => JSON.stringify([name, payload]),
  ): void {
    if (!this.#options.azure) return fanOut(this.#io.of('/'), roomOf(feed), encode);
    // Azure tracks the room's members, and no browsers are connected to this instance.
    const room: EventSink = this.#io.local.to(roomOf(feed));
    room.emit(name, payload);
  }
}

/**
 * Ends an upgraded session that never answers a ping. engine.io alone wouldn't end the session if a ping was pending
 * during the upgrade: engine.io then clears that ping's timeout, and doesn't send another ping until the first is
 * answered. The limit allows for two timeouts, because engine.io can extend the timeout of a later ping once.
 */
function expectHeartbeat(session: EngineSession, { pingIntervalMs, pingTimeoutMs }: GatewayTiming): void {
  const timeout = setTimeout(() => terminate(session), pingIntervalMs + 2 * pingTimeoutMs);
  for (const event of ['heartbeat', 'close']) session.once(event, () => clearTimeout(timeout));
}
