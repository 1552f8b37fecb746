import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { announcementSchema } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import {
  BodyBudget,
  HAS_FAILPOINTS,
  createFailpoints,
  createHostCheck,
  createLogger,
  createRegistry,
  listen,
  recordsSpans,
  startTracing,
  withSpans,
  type RunningApp,
} from '@tocsin/service';
import { createAuthenticator } from './wiring/access/authenticator.ts';
import type { Backend } from './backend.ts';
import { createAzureSockets } from './wiring/backplane/azure.ts';
import { createBackplane } from './wiring/backplane/backplane.ts';
import type { BffConfig } from './config.ts';
import { createConnections } from './wiring/access/connections.ts';
import { EventStreams } from './connect/event-streams.ts';
import type { EndReason, SubscriptionOutcome } from './connect/subscriptions.ts';
import { daprBackend } from './dapr/backend.ts';
import { coalesce } from './deliver/receive/coalesce.ts';
import { HighWaterMarks } from './deliver/load/high-water-marks.ts';
import type { Erased } from './deliver/erase/erased-content.ts';
import type { Broadcast, Step } from './deliver/ports.ts';
import { receiveAnnouncement } from './deliver/receive/announcement.ts';
import { RetiredDocuments } from './deliver/append/retired-documents.ts';
import { createIconFilter } from './feed/icons.ts';
import { createLimitsOf } from './wiring/history-limits.ts';
import { createHosts } from './wiring/hosts.ts';
import { createPublicApp } from './http/public-app.ts';
import { createPublicServer } from './http/public-server.ts';
import { counted, countSetAside } from './observe/outcome-counters.ts';
import { createMetrics } from './observe/metrics.ts';
import { observePushes } from './observe/push-observer.ts';
import { addRedisGauges } from './observe/redis-gauges.ts';
import { createSnapshots } from './observe/snapshots.ts';
import { observeTurns } from './observe/turn-events.ts';
import { createTurnSpans } from './observe/turn-spans.ts';
import { InstanceReporter } from './ops/reporter.ts';
import { opsAccessOf, sayWhoMayEnter } from './wiring/access/ops-access.ts';
import { FeedViews } from './recover/feed-views.ts';
import { DEFAULT_RING_LIMITS } from './recover/ring.ts';
import type { RefusalReason } from './socketio/admission/admission.ts';
import { Gateway } from './socketio/gateway.ts';
import { createReaderEvents } from './wiring/reader-events.ts';
import { createReaders } from './wiring/readers.ts';
import { createTrail } from './wiring/trail.ts';
import { keepRefusedEvent } from './deliver/receive/refused-event.ts';
import { reviveAnnouncement } from './deliver/receive/dead-letter.ts';

const tracedSchema = announcementSchema.pick({ traceparent: true, furtherTraces: true }).loose();

const IDLE_MARGIN_MS = 5_000;

const BUILT_PAGE = fileURLToPath(new URL('../../ui/dist', import.meta.url));

/** Starts an instance of the bff; resolves when all its ports listen. */
export async function startBff(config: BffConfig, given?: Backend): Promise<RunningApp> {
  const log = createLogger('bff', config.LOG_LEVEL);
  const stopTracing = await startTracing('bff', config, log);
  const backend = given ?? daprBackend(config, createBackplane(config, log), log);
  const azure = config.BROADCASTER === 'azure' ? await createAzureSockets(backend, log) : undefined;
  const now = () => Date.now();
  const registry = createRegistry();
  const metrics = createMetrics(registry, {
    connections: () => gateway.connections,
    pending: () => admission.pending,
  });
  if (backend.redisMemory) addRedisGauges(registry, backend.redisMemory);
  const onStep = createFailpoints<Step>(HAS_FAILPOINTS ? config.FAILPOINTS : undefined);
  const kept = backend.keepStore?.({
    onDropped: (from, count) => metrics.dropped.inc({ from }, count),
  });
  const limitsOf = createLimitsOf(config);
  const marks = new HighWaterMarks(config.FEEDS_REMEMBERED_MAX);
  const retired = new RetiredDocuments(backend.log, (err) =>
    log.warn({ err }, 'documents that nobody names could not be removed; they will expire'),
  );
  const turnEvents = observeTurns(log, metrics);
  const instance = config.INSTANCE_NAME ?? `${hostname()}:${config.PORT}`;
  const { trail, onRefused, stopTrail } = createTrail({ backend, instance, registry, metrics, log });
  const turns = {
    ...backend,
    marks,
    limitsOf,
    now,
    retire: retired.add,
    ...(recordsSpans() ? createTurnSpans(onStep, turnEvents) : { onStep, events: turnEvents }),
    onErased: async (erased: Erased) => {
      if (erased.before !== undefined) {
        await backend.setAside.erase(erased.feed);
        await readers.erase(erased.feed);
      }
      await kept?.copies.erase(erased);
    },
  };
  const hosts = createHosts(backend, turns, (name, err) => {
    metrics.takeovers.inc();
    log.warn({ err, name }, 'the host of a feed or partition is away; its turns are taken here');
  });
  const { feedHost, partitionHost, routeFeedTurn, routePartitionTurn } = hosts;
  const received = {
    routeFeedTurn: coalesce(routeFeedTurn),
    routePartitionTurn: coalesce(routePartitionTurn),
    marks,
    onStep,
  };
  const views = new FeedViews(
    {
      log: backend.log,
      origin: backend.origin,
      marks,
      proofs: {
        hold: (feed, position, proof) => {
          const holds = backend.proofs.hold(feed, position, proof);
          if (!holds) onRefused('unproven_position');
          return holds;
        },
      },
      routeFeedTurn,
      limitsOf,
      withAllowedIcons: createIconFilter(config.ICON_ORIGINS),
      ring: DEFAULT_RING_LIMITS,
      now,
      onMissed: (event) => gateway.send(event),
      onSentTwice: (count) => metrics.sentTwice.inc(count),
      onMoved: (position) => gateway.sendPosition(position),
    },
    (feed, err) => log.warn({ err, feed }, 'a feed could not be compared with its head; trying again'),
  );

  const readers = createReaders({
    ...{ backend, views, limitsOf, now, log },
    maxDocuments: config.DOCUMENTS_PER_READER,
  });
  const { pages } = readers;

  let stopping = false;
  const auth = createAuthenticator(config, backend, log, now);
  const isServed = auth.mode === 'none' ? createHostCheck(config.ALLOWED_HOSTS) : undefined;
  const access = { auth, allowedOrigins: config.ALLOWED_ORIGINS, isServed };
  const ready = async () => {
    if (stopping) throw new Error('This instance is stopping.');
    await backend.ready();
    await auth.ready();
    await azure?.ready();
  };
  const uiDist = config.UI_DIST ?? BUILT_PAGE;
  const timing = {
    handshakeMs: config.HANDSHAKE_TIMEOUT_MS,
    pingIntervalMs: config.PING_INTERVAL_MS,
    pingTimeoutMs: config.PING_TIMEOUT_MS,
  };
  const onConnectionRefused = (reason: RefusalReason) => metrics.refused.inc({ reason });
  const connections = createConnections(config, now, onConnectionRefused);
  const { clientAddress, admission, strangers } = connections;
  const onSubscribed = (outcome: SubscriptionOutcome) => metrics.subscriptions.inc({ outcome });
  const onEnded = (reason: EndReason) => metrics.ended.inc({ reason });
  const presence = {
    onJoined: (reader: string) => snoozeTimers.joined(reader),
    onLeft: (reader: string) => snoozeTimers.left(reader),
  };
  const streams = new EventStreams({
    ...{ views, pages, now, onSubscribed, onEnded, ...presence, revocations: auth.revocations },
    heartbeatMs: timing.pingIntervalMs,
    onFault: (feed, err) => log.warn({ err, feed }, 'a feed cannot be read for a stream; trying again'),
  });
  const app = createPublicApp({
    trail,
    bodies: new BodyBudget(config.BODIES_MAX_BYTES),
    ...{ ...backend, ...access, views, readers },
    ...{ ready, registry, uiDist, now, log },
    ...{ opsAccess: opsAccessOf(config), revocations: auth.revocations },
    ...{ streams, admitStream: connections.admitStream, onSubscribed },
    writesPerMinute: config.WRITES_PER_MINUTE,
    searchesPerMinute: config.SEARCHES_PER_MINUTE,
    addressOf: (request) => clientAddress.of(request),
    iconOrigins: config.ICON_ORIGINS,
    onKnown: (socket) => strangers.known(socket),
    ...(azure && { elsewhere: { endpoint: azure.endpoint, negotiate: azure.negotiate.bind(azure) } }),
  });
  const server = createPublicServer(app, {
    headersTimeoutMs: timing.handshakeMs,
    idleTimeoutMs: timing.pingIntervalMs + timing.pingTimeoutMs + IDLE_MARGIN_MS,
    maxConnections: connections.sockets,
  });
  const gateway = new Gateway({
    ...access,
    server,
    views,
    pages,
    adapter: backend.socketAdapter,
    azure,
    log,
    now,
    admission,
    streams,
    timing,
    ...presence,
    onRefused: onConnectionRefused,
    onEnded,
    onSubscribed,
  });
  // After engine.io, which takes over the existing request listeners for its own paths.
  strangers.watch(server);
  const reporter = new InstanceReporter({
    instance,
    board: backend.board,
    takeSnapshot: createSnapshots({
      instance,
      metrics,
      connections: () => gateway.connections,
      feeds: () => views.watched,
      now,
    }),
    onFault: (err) => log.info({ err }, 'the figures of this instance cannot be shown now; trying again'),
  });
  const observe = observePushes(log, metrics, now);
  backend.broadcaster.onEvent((event: Broadcast) => {
    const shown = views.receive(event);
    if (shown) gateway.send(shown);
    observe(event);
  });
  const { snoozeTimers } = createReaderEvents(readers, backend, gateway, now, log);
  const setAside = countSetAside(backend.setAside, metrics.setAside);
  const endReceiving = await backend.receive({
    feedHost,
    partitionHost,
    onAnnouncement: counted(metrics.announcements, (data) => {
      const traced = tracedSchema.catch({}).parse(data);
      return withSpans('receive', traced, {}, async () => {
        log.debug({ announcement: data }, 'received');
        const outcome = await receiveAnnouncement(data, { ...received, setAside });
        if (outcome === 'already-claimed') metrics.redelivered.inc();
        return outcome;
      });
    }),
    onRefused,
    onRefusedEvent: (data) => keepRefusedEvent(data, setAside),
    onDeadLetter: counted(metrics.deadLetters, (data) =>
      reviveAnnouncement(data, {
        announceAgain: (announcement) => backend.announceAgain(announcement),
        setAside,
        pause: () => pause(config.DEAD_LETTER_PAUSE_MS),
        now,
      }),
    ),
  });
  await listen(server, config.PORT, config.PUBLIC_HOST);
  reporter.start();
  log.info({ port: config.PORT, internalPort: config.INTERNAL_PORT, auth: auth.mode }, 'listening');
  if (auth.mode === 'none') sayWhoMayEnter(log, opsAccessOf(config));

  return {
    async leave() {
      stopping = true;
      if (config.DRAIN_DELAY_MS === 0) return;
      log.info('not ready any more; clients stay for a moment');
      await pause(config.DRAIN_DELAY_MS);
    },
    async stop() {
      stopping = true;
      log.info('stopping; clients move to other instances');
      await Promise.all([gateway.drain(config.DRAIN_MS), reporter.stop()]);
      await endReceiving();
      await partitionHost.settled();
      await feedHost.settled();
      views.stop();
      snoozeTimers.stop();
      retired.stop();
      auth.stop();
      await gateway.stop();
      kept?.stop();
      await stopTrail();
      await backend.close();
      await stopTracing();
      log.info('stopped');
    },
  };
}
