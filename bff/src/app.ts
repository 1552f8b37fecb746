import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { COMPONENTS, ENTRY_LIFE_MS, TOPICS } from '@tocsin/contracts';
import { createFailpoints, createLogger, listen, pause, Sidecar, type RunningApp } from '@tocsin/service';
import type { BffConfig } from './config.ts';
import { createCallActor } from './dapr/call-feed.ts';
import { DaprEntries } from './dapr/entries.ts';
import { DaprFeedLog } from './dapr/feed-log.ts';
import { startDaprServer } from './dapr/server.ts';
import { DaprSetAside } from './dapr/set-aside.ts';
import { FeedHost } from './deliver/feed-host.ts';
import { Heard } from './deliver/heard.ts';
import type { Step } from './deliver/ports.ts';
import { createReachFeed } from './deliver/reach-feed.ts';
import { receiveAnnouncement, reviveAnnouncement } from './deliver/receive.ts';
import { RetiredDocuments } from './deliver/retired-documents.ts';
import { createPublicApp } from './http/public-app.ts';
import { logTurnEvents } from './log-turn-events.ts';
import { MemoryBroadcaster } from './memory/broadcaster.ts';
import { FeedViews } from './recover/feed-views.ts';
import { DEFAULT_RING_LIMITS } from './recover/ring.ts';
import { Gateway } from './socketio/gateway.ts';
import { RedisBroadcaster } from './socketio/redis-broadcaster.ts';

const BUILT_PAGE = fileURLToPath(new URL('../../ui/dist', import.meta.url));

/** Starts an instance of the bff on its two ports. */
export async function startApp(config: BffConfig): Promise<RunningApp> {
  const log = createLogger('bff', config.LOG_LEVEL);
  const now = () => Date.now();
  const reach = createFailpoints<Step>(config.FAILPOINTS);
  const sidecar = new Sidecar({
    httpPort: config.DAPR_HTTP_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  });
  const limits = {
    historyMax: config.HISTORY_MAX,
    historyBytes: config.HISTORY_BYTES,
    historyTtlMs: config.HISTORY_TTL * 1000,
    idsMax: config.IDS_MAX,
    entryLifeMs: ENTRY_LIFE_MS,
  };
  const feedLog = new DaprFeedLog(sidecar);
  const setAside = new DaprSetAside(sidecar);
  const heard = new Heard();
  const retired = new RetiredDocuments(feedLog, (err) =>
    log.warn({ err }, 'documents nobody names could not be removed'),
  );
  const redis =
    config.BROADCASTER === 'redis'
      ? new RedisBroadcaster({
          redisHost: config.REDIS_HOST,
          password: config.REDIS_PASSWORD,
          timeoutMs: config.SIDECAR_TIMEOUT_MS,
          log,
        })
      : undefined;
  const broadcaster = redis ?? new MemoryBroadcaster();
  redis?.start();
  const feedHost = new FeedHost({
    log: feedLog,
    entries: new DaprEntries(sidecar),
    broadcaster,
    setAside,
    heard,
    limits,
    now,
    reach,
    retire: retired.add,
    events: logTurnEvents(log),
  });
  const callFeed = createReachFeed({
    callActor: createCallActor(sidecar, config.ACTOR_TIMEOUT_MS),
    feedHost,
    log: feedLog,
    onTakeover: (feed, err) =>
      log.warn({ err, feed }, 'the host of a feed is away; its turns are taken here'),
  });
  const views = new FeedViews(
    { log: feedLog, heard, callFeed, limits, ring: DEFAULT_RING_LIMITS, now },
    (feed, err) => log.warn({ err, feed }, 'a feed could not be compared with its head; trying again'),
  );

  let stopping = false;
  const ready = async () => {
    if (stopping) throw new Error('This instance is stopping.');
    const loaded = await sidecar.components();
    const missing = Object.values(COMPONENTS).filter((name) => !loaded.includes(name));
    if (missing.length > 0) throw new Error(`The sidecar has not loaded ${missing.join(', ')}.`);
    await feedLog.readDocuments(['readiness']);
    await redis?.ready();
  };
  const server = createServer(
    createPublicApp({ views, ready, uiDist: config.UI_DIST ?? BUILT_PAGE, now, log }),
  );
  const gateway = new Gateway({ server, views, adapter: redis?.createAdapter(), log, now });
  broadcaster.onEvent((event) => {
    views.receive(event);
    gateway.send(event);
  });
  const dapr = await startDaprServer({
    host: config.INTERNAL_HOST,
    port: config.INTERNAL_PORT,
    daprHttpPort: config.DAPR_HTTP_PORT,
    appToken: config.APP_API_TOKEN,
    feedHost,
    onAnnouncement: (data) => receiveAnnouncement(data, { callFeed, heard, setAside, reach }),
    onDeadLetter: (data) =>
      reviveAnnouncement(data, {
        announceAgain: (announcement) =>
          sidecar.publish(COMPONENTS.pubsub, TOPICS.announcements, announcement),
        setAside,
        pause: () => pause(config.DEAD_LETTER_PAUSE_MS),
        now,
      }),
    log,
  });
  await listen(server, config.PORT);
  log.info({ port: config.PORT, internalPort: config.INTERNAL_PORT }, 'bff is listening');

  return {
    async stop() {
      stopping = true;
      log.info('bff is stopping; its clients move to other instances');
      await gateway.drain(config.DRAIN_MS);
      await dapr.stop();
      await feedHost.settled();
      views.stop();
      retired.stop();
      await gateway.stop();
      redis?.stop();
      await sidecar.close();
    },
  };
}
