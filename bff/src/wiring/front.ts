import type { Server } from 'node:http';
import { BodyBudget, createHostCheck } from '@tocsin/service';
import type { Authenticator } from '../auth/authenticator.ts';
import { EventStreams } from '../connect/event-streams.ts';
import type { EndReason, SubscriptionOutcome } from '../connect/subscriptions.ts';
import type { ReaderOpsRoutesOptions } from '../http/ops/readers/readers.ts';
import type { LimitsOf } from '../feed/limits.ts';
import { createPublicApp } from '../http/public-app.ts';
import { createPublicServer } from '../http/public-server.ts';
import { addConnectionGauges } from '../observe/metrics.ts';
import type { DependencyWatch } from '../ops/dependencies.ts';
import type { Readers } from '../readers/readers.ts';
import type { FeedViews } from '../recover/views/feed-views.ts';
import type { RefusalReason } from '../socketio/admission/admission.ts';
import type { AzureSockets } from '../socketio/azure/azure-sockets.ts';
import { Gateway } from '../socketio/gateway.ts';
import { createConnections } from './access/connections.ts';
import { opsAccessOf, opsLinksOf } from './access/ops-access.ts';
import type { Away } from './away/away.ts';
import type { AppContext } from './context.ts';
import { Signal } from './signal.ts';

const IDLE_MARGIN_MS = 5_000;

export interface FrontOptions {
  auth: Authenticator;
  azure: AzureSockets | undefined;
  views: FeedViews;
  limitsOf: LimitsOf;
  readers: Readers;
  away: Away | undefined;
  readerData: ReaderOpsRoutesOptions;
  dependencies: Pick<DependencyWatch, 'failing'>;
  uiDist: string;
  ready: () => Promise<void>;
}

/** An instance's public side, for browsers. */
export interface Front {
  server: Server;
  gateway: Gateway;
  /** Emits the reader when a connection opens or subscribes to another feed. */
  joined: Signal<string>;
  /** Emits the reader when a connection closes. */
  left: Signal<string>;
}

/** Builds the public server, including routes, streams and the gateway. Doesn't start listening. */
export function createFront(
  { config, backend, log, registry, metrics, trail, instance, now }: AppContext,
  { auth, azure, views, limitsOf, readers, away, readerData, dependencies, uiDist, ready }: FrontOptions,
): Front {
  const { pages } = readers;
  const { revocations } = auth;
  const isServed = auth.mode === 'none' ? createHostCheck(config.ALLOWED_HOSTS) : undefined;
  const access = { auth, allowedOrigins: config.ALLOWED_ORIGINS, isServed };
  const timing = {
    handshakeMs: config.HANDSHAKE_TIMEOUT_MS,
    pingIntervalMs: config.PING_INTERVAL_MS,
    pingTimeoutMs: config.PING_TIMEOUT_MS,
  };
  const onRefused = (reason: RefusalReason) => metrics.refused.inc({ reason });
  const onSubscribed = (outcome: SubscriptionOutcome) => metrics.subscriptions.inc({ outcome });
  const onEnded = (reason: EndReason) => metrics.ended.inc({ reason });
  const { clientAddresses, admission, admitStream, unauthenticated, sockets } = createConnections(
    config,
    now,
    onRefused,
  );
  const [joined, left] = [new Signal<string>(), new Signal<string>()];
  const connected = { views, pages, now, onSubscribed, onEnded, onJoined: joined.emit, onLeft: left.emit };
  const streams = new EventStreams({
    ...{ ...connected, revocations },
    heartbeatMs: timing.pingIntervalMs,
    onError: (feed, err) => log.warn({ err, feed }, 'cannot read a feed for a stream; retrying'),
  });
  const app = createPublicApp({
    ...{ ...backend, ...access, views, readers, away, readerData, trail, uiDist, ready, registry, now, log },
    ...{ opsAccess: opsAccessOf(config), revocations, streams, admitStream, onSubscribed },
    ...{ feedLog: backend.log, limitsOf, templates: away?.templates, unsent: away?.fallbacks.unsent },
    ...{ instance, failing: () => dependencies.failing, links: opsLinksOf(config) },
    bodies: new BodyBudget(config.BODIES_MAX_BYTES),
    writesPerMinute: config.WRITES_PER_MINUTE,
    searchesPerMinute: config.SEARCHES_PER_MINUTE,
    addressOf: (request) => clientAddresses.of(request),
    iconOrigins: config.ICON_ORIGINS,
    onAuthenticated: (socket) => unauthenticated.markAuthenticated(socket),
    ...(azure && { externalService: { endpoint: azure.endpoint, negotiate: azure.negotiate.bind(azure) } }),
  });
  const server = createPublicServer(app, {
    headersTimeoutMs: timing.handshakeMs,
    idleTimeoutMs: timing.pingIntervalMs + timing.pingTimeoutMs + IDLE_MARGIN_MS,
    maxConnections: sockets,
  });
  const gateway = new Gateway({
    ...{ ...access, ...connected, server, azure, log, admission, streams, timing, onRefused },
    adapter: backend.socketAdapter,
    onDelivered: (...delivered) => readers.counter.delivered(...delivered),
  });
  // Start watching after engine.io is attached, since engine.io requests never reach listeners that were added earlier.
  unauthenticated.watch(server);
  addConnectionGauges(registry, {
    connections: () => gateway.connections,
    pending: () => admission.pending,
  });
  return { server, gateway, joined, left };
}
