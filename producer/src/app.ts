import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { COMPONENTS, SECRETS, TOPICS, type RefusedEvent } from '@tocsin/contracts';
import {
  AuditTrail,
  BodyBudget,
  DaprAuditSink,
  HAS_FAILPOINTS,
  Sidecar,
  Signer,
  SubscriptionPaths,
  WatchedSecret,
  closeServer,
  createBoundedServer,
  createFailpoints,
  createHostCheck,
  createLogger,
  createRefusals,
  createRegistry,
  listen,
  observeAudit,
  parseSigningKeys,
  startTracing,
  type AuditSink,
  type HeldSubscription,
  type Logger,
  type RunningApp,
} from '@tocsin/service';
import { pause } from '@tocsin/service/pause';
import { Callers, parseApiKeys } from './auth/callers.ts';
import { KeyUses, type KeyUseStore } from './auth/key-uses.ts';
import { KeyWatch, type KnownKeysStore } from './auth/key-watch.ts';
import type { ProducerConfig } from './config.ts';
import { DaprAnnouncer } from './dapr/announcer.ts';
import { createDeleteJobs } from './dapr/delete-jobs.ts';
import { DaprEntries } from './dapr/entries.ts';
import { DaprJobs } from './dapr/jobs.ts';
import { DaprKeyUseStore } from './dapr/key-use-store.ts';
import { DaprKnownKeys } from './dapr/known-keys.ts';
import { checkReadiness } from './dapr/readiness.ts';
import { DaprSoonStore } from './dapr/soon-store.ts';
import { runDemo } from './demo/source.ts';
import { withFailpoints } from './failpoints.ts';
import { internalApp } from './http/internal-app.ts';
import { publicApp } from './http/public-app.ts';
import { createMetrics } from './observe/metrics.ts';
import { LogObserver } from './observe/observer.ts';
import { observeSchedules } from './observe/schedules.ts';
import { Producer, type Announcer, type EntryStore } from './produce/index.ts';
import { newRun } from './produce/new-id.ts';
import { Intake, Schedules, type Jobs, type SoonStore } from './schedule/index.ts';

/** What is begun when the producer is asked to stop may take so long, in ms. */
const STOP_LIMIT_MS = 8_000;
/** Writing what the audit trail still has to say may take so long, in ms. */
const LAST_AUDIT_MS = 1_000;
/** Calls of the sidecar that are still under way then may take so long, in ms. */
const LAST_CALLS_MS = 500;
/** Longer than a request may take to come, and then to be answered. */
const IDLE_MS = 60_000;

/** What the producer talks to. */
export interface Backend {
  entries: EntryStore;
  announcer: Announcer;
  soon: SoonStore;
  keyUses: KeyUseStore;
  auditSink: AuditSink;
  knownKeys: KnownKeysStore;
  /** `handOver` is called with the name of each job at its time, where the backend does that itself. */
  createJobs(handOver: (name: string) => Promise<unknown>): Jobs;
  /** A secret of this application; `undefined` when there is none. */
  readSecret(name: string): Promise<string | undefined>;
  /** The subscriptions that deliver to this process. */
  subscriptions(): Promise<readonly HeldSubscription[]>;
  /** Hands what is wrong with an event to those who keep it for a person to see. */
  refuse(refused: RefusedEvent): Promise<void>;
  /** Rejects with the reason why it cannot be used. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The components of Dapr, through the sidecar. */
export function daprBackend(config: ProducerConfig): Backend {
  const sidecar = new Sidecar({
    host: config.DAPR_HOST,
    httpPort: config.DAPR_HTTP_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  });
  const { deleteJobs, close } = createDeleteJobs({
    host: config.DAPR_HOST,
    grpcPort: config.DAPR_GRPC_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  });
  return {
    entries: new DaprEntries(sidecar),
    announcer: new DaprAnnouncer(sidecar),
    soon: new DaprSoonStore(sidecar),
    keyUses: new DaprKeyUseStore(sidecar),
    auditSink: new DaprAuditSink(sidecar),
    knownKeys: new DaprKnownKeys(sidecar),
    createJobs: () => new DaprJobs(sidecar, deleteJobs),
    subscriptions: () => sidecar.subscriptions(),
    readSecret: (name) => sidecar.getSecret(SECRETS.apiKeys.store, name),
    refuse: (refused) => sidecar.publish(COMPONENTS.deadLetters, TOPICS.refusedNotifications, refused),
    ready: () => checkReadiness(sidecar),
    close: () => {
      close();
      return sidecar.close();
    },
  };
}

/** Starts the producer; resolves when both ports listen. */
export async function startProducer(
  config: ProducerConfig,
  given: Backend = daprBackend(config),
): Promise<RunningApp> {
  const backend =
    HAS_FAILPOINTS && config.FAILPOINTS ? withFailpoints(given, createFailpoints(config.FAILPOINTS)) : given;
  const log = createLogger('producer', config.LOG_LEVEL);
  const stopTracing = await startTracing('producer', config, log);
  const registry = createRegistry();
  const metrics = createMetrics(registry, () => producer.held);
  const producer = new Producer({
    entries: backend.entries,
    announcer: backend.announcer,
    observer: new LogObserver(log, metrics),
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    maxHeld: config.QUEUE_MAX,
    maxHeldBytes: config.QUEUE_MAX_BYTES,
    partitions: config.PARTITIONS,
  });
  const now = () => Date.now();
  const schedules: Schedules = new Schedules({
    jobs: backend.createJobs((name) => schedules.takeOver(name)),
    soon: backend.soon,
    deliver: async (due, traceparent) => (await producer.produce(due, traceparent)) === 'accepted',
    owner: newRun(),
    now,
    observer: observeSchedules(log, metrics),
  });
  const intake = new Intake({
    producer,
    schedules,
    timeoutMs: config.REQUEST_TIMEOUT_MS,
    now,
    onFailure: (err) => log.warn({ err }, 'a schedule could not be kept or cancelled; the caller repeats'),
  });
  const trail = new AuditTrail({
    sink: backend.auditSink,
    instance: `${hostname()}:${config.PORT}`,
    observer: observeAudit('producer', registry, log),
  });
  const keyWatch = new KeyWatch({
    store: backend.knownKeys,
    onChange: ({ action, name }) =>
      trail.note({ action, outcome: 'done', via: 'secret', actor: { kind: 'operator' }, ids: [name] }),
    onFault: (err) => log.warn({ err }, 'changes of the API keys could not be recorded; trying again'),
  });
  const stopping = new AbortController();
  const asksForKeys = config.API_KEYS === 'on';
  const keys = asksForKeys ? apiKeys(config, backend, keyWatch, log) : undefined;
  const callers = keys?.callers;
  const internalSecret = asksForKeys
    ? new WatchedSecret({
        read: () => backend.readSecret(SECRETS.internalOfProducer.name),
        parse: parseSigningKeys,
        what: 'the secret "internal", with which the bff signs what it composes',
        onFault: (err) => log.info({ err }, 'what the bff composes cannot be checked now; trying again'),
      })
    : undefined;
  const signer = internalSecret && new Signer(() => internalSecret.get());
  const ready = async () => {
    if (stopping.signal.aborted) throw new Error('This instance is stopping.');
    await backend.ready();
    await callers?.ready();
  };
  const bodies = new BodyBudget(config.BODIES_MAX_BYTES);
  const shared = { intake, trail, log, bodies, onProblem: (code: string) => metrics.refused.inc({ code }) };
  const isServed = createHostCheck(config.ALLOWED_HOSTS);
  const publicServer = createBoundedServer(publicApp({ ...shared, callers, isServed, registry, ready }), {
    headersTimeoutMs: config.HEADERS_TIMEOUT_MS,
    idleTimeoutMs: IDLE_MS,
    maxConnections: config.MAX_CONNECTIONS,
  });
  const internalServer = createBoundedServer(
    internalApp({
      ...shared,
      isServed,
      schedules,
      callers,
      signer,
      paths: new SubscriptionPaths(() => backend.subscriptions()),
      onRefused: createRefusals(log, (reason) => metrics.refusedCalls.inc({ reason })),
      refuse: (refused) => backend.refuse(refused),
      deadLetterPauseMs: config.DEAD_LETTER_PAUSE_MS,
      token: config.APP_API_TOKEN,
    }),
  );
  try {
    await listen(internalServer, config.INTERNAL_PORT, config.INTERNAL_HOST);
    await listen(publicServer, config.PORT, config.PUBLIC_HOST);
  } catch (error) {
    internalSecret?.stop();
    await keys?.stop();
    await Promise.all([closeServer(internalServer), backend.close()]);
    throw error;
  }
  const auth = callers ? 'api-keys' : 'none';
  log.info({ port: config.PORT, internalPort: config.INTERNAL_PORT, auth }, 'listening');
  if (!callers) log.info('API_KEYS=off: whoever reaches this port may publish to every feed');
  schedules.start();

  const demo =
    config.DEMO_INTERVAL_MS > 0
      ? runDemo({ producer, intervalMs: config.DEMO_INTERVAL_MS, log, signal: stopping.signal })
      : Promise.resolve();

  const stop = async () => {
    log.info('stopping');
    stopping.abort();
    schedules.stop();
    internalSecret?.stop();
    await Promise.all([producer.stop(STOP_LIMIT_MS), closeServer(publicServer, STOP_LIMIT_MS), demo]);
    await Promise.race([keys?.stop(), pause(LAST_CALLS_MS)]);
    await closeServer(internalServer, LAST_CALLS_MS);
    await trail.stop(LAST_AUDIT_MS);
    await Promise.race([backend.close(), pause(LAST_CALLS_MS)]);
    await stopTracing();
    log.info('stopped');
  };
  return { stop };
}

const KEYS_FILE_EVERY_MS = 1_000;
const KEYS_SECRET_EVERY_MS = 30_000;

/** Those who may call, by records that are read again and again, and the memory of when each key was used. */
function apiKeys({ API_KEYS_FILE: file }: ProducerConfig, backend: Backend, keyWatch: KeyWatch, log: Logger) {
  const watched = new WatchedSecret({
    read: () => (file === undefined ? backend.readSecret(SECRETS.apiKeys.name) : readFile(file, 'utf8')),
    parse: (text) => keyWatch.see(parseApiKeys(text)),
    what: 'the secret with the API keys',
    // At a start the sidecar comes after the application; what lasts is said by /readyz.
    onFault: (err) => log.info({ err }, 'the API keys cannot be read now; trying again'),
    everyMs: file === undefined ? KEYS_SECRET_EVERY_MS : KEYS_FILE_EVERY_MS,
  });
  const now = () => Date.now();
  const uses = new KeyUses({
    store: backend.keyUses,
    now,
    onFailure: (err) => log.info({ err }, 'the last use of API keys could not be kept; trying again'),
  });
  return {
    callers: new Callers({ keys: () => watched.get(), now, onUse: (key) => uses.note(key) }),
    stop: () => {
      watched.stop();
      return uses.stop();
    },
  };
}
