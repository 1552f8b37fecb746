import { fileURLToPath } from 'node:url';
import { pause } from '@tocsin/contracts/pause';
import { listen, type RunningApp } from '@tocsin/service';
import type { Backend } from './backend.ts';
import type { BffConfig } from './config.ts';
import type { Broadcast } from './deliver/ports.ts';
import { observePushes } from './observe/push-observer.ts';
import { DependencyWatch } from './ops/dependencies.ts';
import { Histories } from './readers/marks/histories.ts';
import { createAuthenticator } from './wiring/access/authenticator.ts';
import { opsAccessOf, logOpsAccess } from './wiring/access/ops-access.ts';
import { createAzureSockets } from './wiring/backplane/azure.ts';
import { createAway } from './wiring/away/away.ts';
import { storedWithoutChannels } from './wiring/away/no-channels.ts';
import { createContext } from './wiring/context.ts';
import { createDelivery } from './wiring/delivery.ts';
import { createFront } from './wiring/front.ts';
import { createReaderData } from './wiring/reader-data.ts';
import { createReaderEvents } from './wiring/reader-events.ts';
import { createReaders } from './wiring/readers.ts';
import { createInbound } from './wiring/receiving.ts';
import { createReporter } from './wiring/reporter.ts';
import { createLateReceipts } from './wiring/receipt-publisher.ts';
import { createViews } from './wiring/views.ts';

/** The built UI. The relative path works from this file and from the bundle, `bff/dist/main.js`. */
const BUILT_PAGE = fileURLToPath(new URL('../../ui/dist', import.meta.url));

/**
 * Time limit for moving clients and finishing in-flight deliveries (ms). The process exits after at most 10 s, and the
 * remaining steps need up to 2 s.
 */
const DELIVERIES_TIMEOUT_MS = 8_000;
/** Minimum and maximum time to wait for in-flight deliveries (ms). Dapr redelivers interrupted deliveries. */
const [MIN_DELIVERY_MS, MAX_DELIVERY_MS] = [500, 5_000];

/**
 * Starts a bff instance. Resolves once all ports are listening.
 * @param backendOverride the backend to use instead of Dapr's
 */
export async function startBff(config: BffConfig, backendOverride?: Backend): Promise<RunningApp> {
  const context = await createContext(config, backendOverride);
  const { backend, log, metrics, now } = context;
  const azure = config.BROADCASTER === 'azure' ? await createAzureSockets(backend, log) : undefined;

  const delivery = createDelivery(context);
  const { views, missed, positions } = createViews(context, delivery);
  const histories = new Histories({ view: (feed) => views.view(feed), now });
  const lateReceipts = createLateReceipts(context);
  const readers = createReaders({
    ...{ backend, histories, limitsOf: delivery.limitsOf, now, log },
    maxDocuments: config.DOCUMENTS_PER_READER,
    hasChannels: config.AWAY_FILE !== undefined,
    publishReceipt: lateReceipts && ((event) => lateReceipts.publish(event)),
  });
  const away = await createAway(context, readers, histories, delivery.onStep);
  if (away) delivery.onItems((items) => away.fallbacks.committed(items));
  const storedAway =
    away ??
    storedWithoutChannels({
      ...{ store: backend.readers, now, log },
      publishesReceipts: config.RECEIPTS_TOPIC === 'on',
    });
  const redisUpkeep = backend.startRedisUpkeep?.({
    onDropped: (from, count) => metrics.dropped.inc({ from }, count),
    eraseFallbacks: (erased) => storedAway.fallbacks.erase(erased),
  });
  const onFeedErased = (erase: (feed: string) => Promise<unknown> | undefined) =>
    delivery.onErased(async ({ feed, before }) => {
      if (before !== undefined) await erase(feed);
    });
  onFeedErased((feed) => backend.setAside.erase(feed));
  onFeedErased((feed) => readers.erase(feed));
  onFeedErased((feed) => storedAway.contacts.erase(feed));
  onFeedErased((feed) => lateReceipts?.erase(feed));
  delivery.onErased((erased) => storedAway.fallbacks.erase(erased));
  delivery.onErased(async (erased) => redisUpkeep?.copies.erase(erased));

  let stopping = false;
  const auth = createAuthenticator(config, backend, log, now);
  const ready = async () => {
    if (stopping) throw new Error('This instance is stopping.');
    await backend.ready();
    await auth.ready();
    await azure?.ready();
  };
  const dependencies = new DependencyWatch(backend.probes, now);
  const readerData = createReaderData({ readers, histories, away: storedAway, now });
  const { server, gateway, joined, left } = createFront(context, {
    auth,
    azure,
    views,
    limitsOf: delivery.limitsOf,
    readers,
    away,
    readerData,
    dependencies,
    ready,
    uiDist: config.UI_DIST ?? BUILT_PAGE,
  });
  missed.listen((event) => gateway.send(event));
  positions.listen((position) => gateway.sendPosition(position));
  const { snoozeTimers } = createReaderEvents(readers, backend, gateway, now, log);
  joined.listen((reader) => snoozeTimers.joined(reader));
  left.listen((reader) => snoozeTimers.left(reader));

  const observe = observePushes(log, metrics, now);
  backend.broadcaster.onEvent((event: Broadcast) => {
    const shown = views.receive(event);
    if (shown) gateway.send(shown);
    observe(event);
  });
  backend.broadcaster.onGap(() => {
    metrics.broadcastGaps.inc();
    views.compareAll();
  });
  const stopReceiving = await backend.receive(createInbound(context, delivery, away?.fallbacks, readerData));
  const reporter = createReporter(context, gateway, views);
  await listen(server, config.PORT, config.PUBLIC_HOST, log);
  reporter.start();
  dependencies.start();
  log.info({ port: config.PORT, internalPort: config.INTERNAL_PORT, auth: auth.mode }, 'listening');
  if (auth.mode === 'none') logOpsAccess(log, opsAccessOf(config));

  return {
    async leave() {
      stopping = true;
      if (config.DRAIN_DELAY_MS === 0) return;
      log.info('no longer ready; clients stay connected during the drain delay');
      await pause(config.DRAIN_DELAY_MS);
    },
    async stop() {
      stopping = true;
      dependencies.stop();
      const end = now() + DELIVERIES_TIMEOUT_MS;
      log.info('stopping; moving clients to other instances');
      await Promise.all([gateway.drain(config.DRAIN_MS), reporter.stop()]);
      await stopReceiving(Math.min(MAX_DELIVERY_MS, Math.max(MIN_DELIVERY_MS, end - now())));
      await delivery.settled();
      away?.stop();
      lateReceipts?.stop();
      await away?.fallbacks.stop();
      views.stop();
      snoozeTimers.stop();
      delivery.stop();
      auth.stop();
      await gateway.stop();
      // Any request can change counts, so stop the counter after the last request.
      await readers.counter.stop();
      redisUpkeep?.stop();
      await context.close();
      log.info('stopped');
    },
  };
}
