import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPONENTS, SECRETS, TOPICS } from '@tocsin/contracts';
import {
  MemoryClaimCheck,
  Signer,
  SubscriptionPaths,
  createHostCheck,
  createLogger,
  parseConfig,
  parseSigningKeys,
  type ActiveSubscription,
} from '@tocsin/service';
import { freePorts } from '@tocsin/tools';
import { startDaprServer } from '../../../bff/src/dapr/server.ts';
import { bffSettings, memoryBackend, startBff } from '../../../bff/src/index.ts';
import {
  MemoryAnnouncer,
  MemoryJobs,
  MemoryKeyUseStore,
  MemoryKnownKeys,
  MemoryScheduleIndexStore,
  MemoryDueWindowStore,
  producerSettings,
  startProducer,
  type Backend,
} from '../../../producer/src/index.ts';
import { startUi } from '../../../ui/src/server/app.ts';
import { uiSettings } from '../../../ui/src/server/config.ts';
import { KNOWN_SUBSCRIPTION, PORTS, type PortName, type Ports } from './port-names.ts';

/** The parent's message with the secrets, the app token and other settings. */
export interface Start {
  secrets: { apikeys: string; jwt: string };
  appToken: string;
  settings: Record<string, string>;
}
export type PortsMessage = { ports: Ports } | { cpuMicros: number };

const pages = mkdtempSync(join(tmpdir(), 'tocsin-pages-'));
mkdirSync(join(pages, 'assets'));
for (const page of ['index.html', 'ops.html', 'assets/page.js']) {
  writeFileSync(join(pages, page), `<!doctype html><head></head>${'x'.repeat(2_000)}`);
}
process.on('exit', () => rmSync(pages, { recursive: true }));

const INTERNAL_SECRET = randomBytes(32).toString('hex');
/** Returns the subscription to `topic`. Includes the path where the sidecar would deliver events. */
const subscriptionsTo = (topic: string): ActiveSubscription[] => [
  { pubsubname: COMPONENTS.pubsub, topic, path: KNOWN_SUBSCRIPTION },
];

const backend = (apikeys?: string): Backend => ({
  entries: new MemoryClaimCheck(),
  announcer: new MemoryAnnouncer(),
  dueWindowStore: new MemoryDueWindowStore(),
  scheduleIndexStore: new MemoryScheduleIndexStore(),
  auditSink: { append: () => Promise.resolve() },
  knownKeys: new MemoryKnownKeys(),
  keyUses: new MemoryKeyUseStore(),
  createJobs: (handOver) => new MemoryJobs(handOver),
  readSecret: async (name) => (name === SECRETS.apiKeys.name ? apikeys : INTERNAL_SECRET),
  subscriptions: async () => subscriptionsTo(TOPICS.notifications),
  refuse: async () => undefined,
  fetchReceipts: async (named) => ({ ...named, fallbacks: [] }),
  ready: async () => undefined,
  close: async () => undefined,
});

async function startAll({ secrets, appToken, settings }: Start): Promise<Ports> {
  const free = await freePorts(PORTS.length);
  const ports = Object.fromEntries(PORTS.map((name, index) => [name, free[index]])) as Ports;
  const common = { LOG_LEVEL: 'fatal', UI_DIST: pages, ...settings };
  const envFor = (port: PortName, internal?: PortName) => ({
    ...common,
    PORT: String(ports[port]),
    ...(internal && { INTERNAL_PORT: String(ports[internal]) }),
  });
  const producer = (env: Record<string, string>, apikeys?: string) =>
    startProducer(parseConfig(producerSettings, env), backend(apikeys));
  await producer(
    { ...envFor('producer', 'producerInternal'), API_KEYS: 'on', APP_API_TOKEN: appToken },
    secrets.apikeys,
  );
  await producer(envFor('openProducer', 'openProducerInternal'));
  const bff = {
    ...{ TRUST_PROXY: 'loopback,10.0.0.0/8', WRITES_PER_MINUTE: '0', DRAIN_MS: '0' },
    AWAY_FILE: writeAwayFile(),
  };
  const jwt = { ...envFor('bff'), ...bff, AUTH_MODE: 'jwt', ALLOWED_ORIGINS: 'https://app.example.com' };
  await startBff(parseConfig(bffSettings, jwt), memoryBackend({ jwt: secrets.jwt }));
  await startBff(parseConfig(bffSettings, { ...envFor('openBff'), ...bff }), memoryBackend());
  await startBffInternal(ports.bffInternal, settings, appToken);
  await startBffInternal(ports.openBffInternal, settings);
  await startUi(parseConfig(uiSettings, envFor('ui')));
  return ports;
}

/** Writes a channels file whose secrets are missing, so no channel ever sends anything. */
function writeAwayFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tocsin-ports-')), 'away.json');
  writeFileSync(
    file,
    JSON.stringify({ publicUrl: 'https://app.example.com', email: { from: 'a@example.com' } }),
  );
  return file;
}

/** Starts the bff's internal server with stubs for the actor hosts. */
async function startBffInternal(
  port: number,
  settings: Record<string, string>,
  appToken?: string,
): Promise<void> {
  const done = async () => undefined;
  const actorHost = { turnAsHost: async () => ({ outcome: 'delivered' }), deactivate: () => undefined };
  await startDaprServer({
    ...{ host: '127.0.0.1', port, daprHost: '127.0.0.1', daprHttpPort: 1, appToken },
    isServed: createHostCheck((settings.ALLOWED_HOSTS ?? '').split(',').filter(Boolean)),
    paths: new SubscriptionPaths(async () => subscriptionsTo(TOPICS.announcements)),
    signer: async () => new Signer(() => parseSigningKeys(INTERNAL_SECRET)),
    onRefused: () => undefined,
    ...{ feedHost: actorHost as never, partitionHost: actorHost as never },
    ...{ onAnnouncement: done, onDeadLetter: done, onRefusedEvent: done, onWakeUp: async () => true },
    receiptsOf: async (named) => ({ ...named, fallbacks: [] }),
    log: createLogger('bff', 'fatal'),
  });
}

const send = (message: PortsMessage) => process.send?.(message);
process.on('message', (message: Start | 'cpu') => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    send({ cpuMicros: user + system });
  } else {
    void startAll(message).then((ports) => send({ ports }));
  }
});
process.on('disconnect', () => process.exit());
