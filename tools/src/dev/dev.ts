import { bffSettings, memoryBackend, startBff } from '@tocsin/bff';
import {
  MemoryJobs,
  MemoryKeyUseStore,
  MemoryKnownKeys,
  MemoryScheduleIndexStore,
  MemoryDueWindowStore,
  producerSettings,
  startProducer,
  type Backend,
} from '@tocsin/producer';
import { parseConfig, parseProducerResponse, type RunningApp } from '@tocsin/service';
import { readDevConfig, readPublicAddress } from '../config.ts';
import { Failure } from '../failure.ts';
import { isPortFree } from '../net/ports.ts';
import { whenAborted } from '../process/stop-signal.ts';
import { checkPublicAddress } from '../start/public-address.ts';
import { devAddresses } from './addresses.ts';
import { startPage } from './page.ts';

const PORT_SETTINGS = {
  page: 'DEV_PORT',
  bff: 'DEV_BFF_PORT',
  producer: 'DEV_PRODUCER_PORT',
  internal: 'DEV_INTERNAL_PORT',
} as const;

/**
 * `npm run dev`: runs the page with hot reload. The producer and bff run in the same process, with the real rules and
 * in-memory adapters. Doesn't need Dapr or Redis, but all data is lost on exit.
 */
export async function dev(_args: string[], signal: AbortSignal): Promise<number> {
  const ports = readDevConfig();
  const publicAddress = readPublicAddress();
  const open = [ports.producer, ports.bff, ports.page].map(Number);
  checkPublicAddress(publicAddress, open, ['npm run dev has no authentication']);
  for (const [name, setting] of Object.entries(PORT_SETTINGS) as [keyof typeof PORT_SETTINGS, string][]) {
    if (await isPortFree(Number(ports[name]))) continue;
    throw new Failure(
      `Port ${ports[name]} is in use. Stop the program that uses it, or set ${setting} to a free port.`,
    );
  }
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say('Tocsin for development: one process, everything in memory. No Dapr, no Redis, no guarantees.');
  const bff = memoryBackend();
  const apps: RunningApp[] = [];
  const shared = { LOG_LEVEL: 'warn', PUBLIC_HOST: publicAddress.address };
  const addresses = devAddresses(publicAddress.address, ports);
  try {
    apps.push(await startBff(parseConfig(bffSettings, { ...shared, PORT: ports.bff, DRAIN_MS: '0' }), bff));
    const settings = {
      ...shared,
      PORT: ports.producer,
      INTERNAL_PORT: ports.internal,
      DEMO_INTERVAL_MS: ports.demo,
    };
    apps.push(await startProducer(parseConfig(producerSettings, settings), producerBackend(bff)));
    bff.composeWith((body) => postTo(`${addresses.producer}/notifications`, body));
    bff.operateWith(async (operation) => {
      const response = await fetch(`${addresses.internal}/operations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(operation),
      });
      return { status: response.status, body: await response.json() };
    });
    apps.push(
      await startPage({
        port: Number(ports.page),
        host: publicAddress.address,
        bffUrl: addresses.bff,
      }),
    );
    say(`The page, which reloads when you edit ui/ or client/:  ${addresses.shown.page}`);
    say(
      `Send a notification:  curl -d '{"title":"Hello"}' -H 'content-type: application/json' ${addresses.shown.producer}/notifications`,
    );
    await whenAborted(signal);
  } finally {
    for (const app of apps.toReversed()) await app.stop();
  }
  return 0;
}

/** Stands in for the sidecar's service invocation. */
async function postTo(url: string, body: unknown) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const parsed = parseProducerResponse(response.status, await response.text());
  if (!parsed) throw new Error(`The producer returned status ${response.status}.`);
  return parsed;
}

/** Passes entries and announcements directly to the bff in this process. */
const producerBackend = (bff: ReturnType<typeof memoryBackend>): Backend => ({
  entries: bff.entries,
  announcer: {
    announce: async (announcement) => {
      await bff.announce(announcement);
    },
  },
  dueWindowStore: new MemoryDueWindowStore(),
  scheduleIndexStore: new MemoryScheduleIndexStore(),
  keyUses: new MemoryKeyUseStore(),
  auditSink: bff.auditSink,
  knownKeys: new MemoryKnownKeys(),
  createJobs: (handOver) => new MemoryJobs(handOver),
  readSecret: () => Promise.resolve(undefined),
  subscriptions: () => Promise.resolve([]),
  refuse: () => Promise.reject(new Error('receiving events requires Dapr')),
  fetchReceipts: () => Promise.reject(new Error('API keys require Dapr')),
  ready: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
