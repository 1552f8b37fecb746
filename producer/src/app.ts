import { hostname } from 'node:os';
import type { Server } from 'node:http';
import {
  AuditTrail,
  BodyBudget,
  HAS_FAILPOINTS,
  SubscriptionPaths,
  closeServer,
  createBoundedServer,
  createFailpoints,
  createHostCheck,
  createLogger,
  createRefusals,
  createRegistry,
  listen,
  observeAudit,
  startTracing,
  type Logger,
  type Registry,
  type RunningApp,
} from '@tocsin/service';
import type { EntryItem, NamedNotification } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { createAccess, createOptionalSigner, type Access } from './access.ts';
import type { Backend } from './backend.ts';
import type { ProducerConfig } from './config.ts';
import { daprBackend } from './dapr/backend.ts';
import { runDemo } from './demo/source.ts';
import { withFailpoints } from './failpoints.ts';
import { createMetrics, observeQueue, type ProducerMetrics } from './observe/metrics.ts';
import { LogObserver, observeSchedules } from './observe/observer.ts';
import { newRun } from './produce/ids.ts';
import type { Outcome } from './produce/ports.ts';
import { Producer } from './produce/producer.ts';
import { PublishService } from './produce/publish-service.ts';
import { internalApp } from './receive/internal-app.ts';
import { publicApp } from './receive/public-app.ts';
import { Schedules } from './schedule/schedules.ts';

/** Time limit in ms for finishing requests and entries during a graceful shutdown. */
const STOP_LIMIT_MS = 7_000;
/** Time limit in ms for writing the remaining audit records. */
const LAST_AUDIT_MS = 1_000;
/** Time limit in ms for each remaining step of a graceful shutdown, such as closing the internal server. */
const STOP_STEP_MS = 500;
/**
 * Close idle connections after this time (ms). A connection that is waiting for a response counts as idle, so this is
 * longer than the maximum of `REQUEST_TIMEOUT_MS`.
 */
const IDLE_MS = 60_000;

/** Starts the producer. Resolves when both ports are listening. */
export async function startProducer(
  config: ProducerConfig,
  base: Backend = daprBackend(config),
): Promise<RunningApp> {
  const backend =
    HAS_FAILPOINTS && config.FAILPOINTS ? withFailpoints(base, createFailpoints(config.FAILPOINTS)) : base;
  const log = createLogger('producer', config.LOG_LEVEL);
  const stopTracing = await startTracing('producer', config, log);
  const registry = createRegistry();
  const metrics = createMetrics(registry);
  const stopping = new AbortController();

  const trail = new AuditTrail({
    sink: backend.auditSink,
    instance: `${hostname()}:${config.PORT}`,
    observer: observeAudit('producer', registry, log),
  });
  const access = config.API_KEYS === 'on' ? createAccess({ config, backend, trail, log }) : undefined;
  const coreServices = createCoreServices(config, backend, metrics, log);
  const { producer, schedules, produceUnasked } = coreServices;
  observeQueue(registry, producer);
  const ready = async () => {
    if (stopping.signal.aborted) throw new Error('This instance is stopping.');
    await backend.ready();
    await access?.callers.ready();
  };
  const { publicServer, internalServer } = createServers({
    ...{ config, backend, ...coreServices, access, trail, registry, metrics, ready, log },
  });
  try {
    await listen(internalServer, config.INTERNAL_PORT, config.INTERNAL_HOST, log);
    await listen(publicServer, config.PORT, config.PUBLIC_HOST, log);
  } catch (error) {
    await access?.stop();
    await Promise.all([closeServer(internalServer), backend.close()]);
    throw error;
  }
  const auth = access ? 'api-keys' : 'none';
  log.info({ port: config.PORT, internalPort: config.INTERNAL_PORT, auth }, 'listening');
  if (!access) log.info('API_KEYS=off: anyone who can reach this port can publish to every feed');
  schedules.start();
  const demo =
    config.DEMO_INTERVAL_MS > 0
      ? runDemo({
          produce: produceUnasked,
          intervalMs: config.DEMO_INTERVAL_MS,
          log,
          signal: stopping.signal,
        })
      : Promise.resolve();

  const stop = async () => {
    log.info('stopping');
    stopping.abort();
    schedules.stop();
    await Promise.all([producer.stop(STOP_LIMIT_MS), closeServer(publicServer, STOP_LIMIT_MS), demo]);
    await Promise.race([access?.stop(), pause(STOP_STEP_MS)]);
    await closeServer(internalServer, STOP_STEP_MS);
    await trail.stop(LAST_AUDIT_MS);
    await Promise.race([backend.close(), pause(STOP_STEP_MS)]);
    await stopTracing();
    log.info('stopped');
  };
  return { stop };
}

type Produce = (items: readonly EntryItem[], traceparent?: string) => Promise<Outcome>;

interface CoreServices {
  producer: Producer;
  schedules: Schedules;
  publishService: PublishService;
  /**
   * Publishes due schedules and demo notifications. Doesn't count failures, because no request waits for the outcome,
   * and every failure is retried.
   */
  produceUnasked: Produce;
}

/** Creates the producer, the scheduler and the publish service. */
function createCoreServices(
  config: ProducerConfig,
  backend: Backend,
  metrics: ProducerMetrics,
  log: Logger,
): CoreServices {
  const observer = new LogObserver(log, metrics);
  const producer = new Producer({
    entries: backend.entries,
    announcer: backend.announcer,
    observer,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    maxQueued: config.QUEUE_MAX,
    maxQueuedBytes: config.QUEUE_MAX_BYTES,
    partitions: config.PARTITIONS,
    entryIntervalMs: config.ENTRY_INTERVAL_MS,
  });
  const produceUnasked: Produce = async (items, traceparent) => {
    const outcome = await producer.produce(items, traceparent);
    if (outcome === 'accepted') observer.settled(outcome, items);
    return outcome;
  };
  const now = () => Date.now();
  const schedules: Schedules = new Schedules({
    jobs: backend.createJobs((name) => schedules.takeOver(name)),
    dueWindowStore: backend.dueWindowStore,
    scheduleIndexStore: backend.scheduleIndexStore,
    deliver: async (due, traceparent) => (await produceUnasked(due, traceparent)) === 'accepted',
    owner: newRun(),
    timeoutMs: config.REQUEST_TIMEOUT_MS,
    now,
    observer: observeSchedules(log, metrics),
  });
  const publishService = new PublishService({
    producer,
    scheduler: schedules,
    scheduling: { count: config.QUEUE_MAX, bytes: config.QUEUE_MAX_BYTES },
    timeoutMs: config.REQUEST_TIMEOUT_MS,
    now,
    observer,
    onFailure: (err) => log.warn({ err }, 'cannot schedule or cancel notifications; the caller must retry'),
  });
  return { producer, schedules, publishService, produceUnasked };
}

interface ServersOptions extends CoreServices {
  config: ProducerConfig;
  backend: Backend;
  access: Access | undefined;
  trail: AuditTrail;
  registry: Registry;
  metrics: ProducerMetrics;
  ready: () => Promise<void>;
  log: Logger;
}

/** Creates the servers for both ports, but doesn't start listening. */
function createServers({ config, backend, access, metrics, ...services }: ServersOptions): {
  publicServer: Server;
  internalServer: Server;
} {
  const { publishService, schedules, trail, registry, ready, log } = services;
  const shared = {
    ...{ publishService, trail, log, callers: access?.callers },
    ...(access && { receiptsOf: (named: NamedNotification) => backend.fetchReceipts(named, access.signer) }),
    bodies: new BodyBudget(config.BODIES_MAX_BYTES),
    isServed: createHostCheck(config.ALLOWED_HOSTS),
    onProblem: (code: string) => metrics.refused.inc({ code }),
  };
  const publicServer = createBoundedServer(publicApp({ ...shared, registry, ready }), {
    headersTimeoutMs: config.HEADERS_TIMEOUT_MS,
    idleTimeoutMs: IDLE_MS,
    maxConnections: config.MAX_CONNECTIONS,
  });
  const internalServer = createBoundedServer(
    internalApp({
      ...shared,
      schedules,
      signer: access?.signer,
      operationSigner: access ? async () => access.signer : createOptionalSigner(backend),
      paths: new SubscriptionPaths(() => backend.subscriptions()),
      onRefused: createRefusals(log, (reason) => metrics.refusedCalls.inc({ reason })),
      onExpired: () => metrics.eventsExpired.inc(),
      refuse: (refused) => backend.refuse(refused),
      deadLetterPauseMs: config.DEAD_LETTER_PAUSE_MS,
      token: config.APP_API_TOKEN,
    }),
  );
  return { publicServer, internalServer };
}
