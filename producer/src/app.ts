import { createServer, type Server } from 'node:http';
import {
  Sidecar,
  answerUnreadableRequests,
  closeServer,
  createFailpoints,
  createLogger,
  createRegistry,
  listen,
  type RunningApp,
} from '@tocsin/service';
import { pause } from '@tocsin/service/pause';
import type { ProducerConfig } from './config.ts';
import { DaprAnnouncer } from './dapr/announcer.ts';
import { DaprEntries } from './dapr/entries.ts';
import { checkReadiness } from './dapr/readiness.ts';
import { runDemo } from './demo/source.ts';
import { withFailpoints } from './failpoints.ts';
import { internalApp } from './http/internal-app.ts';
import { publicApp } from './http/public-app.ts';
import { createMetrics } from './observe/metrics.ts';
import { LogObserver } from './observe/observer.ts';
import { Producer, type Announcer, type EntryStore } from './produce/index.ts';

/** What is begun when the producer is asked to stop may take so long, in ms. */
const STOP_LIMIT_MS = 8_000;
/** Calls of the sidecar that are still under way then may take so long, in ms. */
const LAST_CALLS_MS = 500;

/** What the producer talks to. */
export interface Backend {
  entries: EntryStore;
  announcer: Announcer;
  /** Rejects with the reason why it cannot be used. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The components of Dapr, through the sidecar. */
export function daprBackend(config: ProducerConfig): Backend {
  const sidecar = new Sidecar({
    httpPort: config.DAPR_HTTP_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  });
  return {
    entries: new DaprEntries(sidecar),
    announcer: new DaprAnnouncer(sidecar),
    ready: () => checkReadiness(sidecar),
    close: () => sidecar.close(),
  };
}

/** Starts the producer; resolves when both ports listen. */
export async function startProducer(
  config: ProducerConfig,
  given: Backend = daprBackend(config),
): Promise<RunningApp> {
  const backend = config.FAILPOINTS ? withFailpoints(given, createFailpoints(config.FAILPOINTS)) : given;
  const log = createLogger('producer', config.LOG_LEVEL);
  const registry = createRegistry();
  const metrics = createMetrics(registry, () => producer.held);
  const producer = new Producer({
    entries: backend.entries,
    announcer: backend.announcer,
    observer: new LogObserver(log, metrics),
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    maxHeld: config.QUEUE_MAX,
    maxHeldBytes: config.QUEUE_MAX_BYTES,
    maxUnderWay: config.ENTRIES_UNDER_WAY_MAX,
    maxLanes: config.FEEDS_REMEMBERED_MAX,
  });
  const stopping = new AbortController();
  const ready = async () => {
    if (stopping.signal.aborted) throw new Error('This instance is stopping.');
    await backend.ready();
  };
  const shared = { producer, log, onProblem: (code: string) => metrics.refused.inc({ code }) };
  const servers: Server[] = [
    createServer(publicApp({ ...shared, registry, ready })),
    createServer(internalApp({ ...shared, token: config.APP_API_TOKEN })),
  ];
  for (const server of servers) answerUnreadableRequests(server);
  const [publicServer, internalServer] = servers as [Server, Server];
  try {
    await listen(internalServer, config.INTERNAL_PORT, config.INTERNAL_HOST);
    await listen(publicServer, config.PORT);
  } catch (error) {
    await Promise.all([closeServer(internalServer), backend.close()]);
    throw error;
  }
  log.info({ port: config.PORT, internalPort: config.INTERNAL_PORT }, 'listening');

  const demo =
    config.DEMO_INTERVAL_MS > 0
      ? runDemo({ producer, intervalMs: config.DEMO_INTERVAL_MS, log, signal: stopping.signal })
      : Promise.resolve();

  const stop = async () => {
    log.info('stopping');
    stopping.abort();
    await Promise.all([producer.stop(STOP_LIMIT_MS), closeServer(publicServer, STOP_LIMIT_MS), demo]);
    await closeServer(internalServer, LAST_CALLS_MS);
    await Promise.race([backend.close(), pause(LAST_CALLS_MS)]);
    log.info('stopped');
  };
  return { stop };
}
