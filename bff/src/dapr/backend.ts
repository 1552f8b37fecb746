import {
  ACTOR_TYPE,
  COMPONENTS,
  PARTITION_ACTOR_TYPE,
  SECRETS,
  TOPICS,
  type NamedNotification,
} from '@tocsin/contracts';
import {
  DaprAuditSink,
  DaprClaimCheck,
  SetAsideRecords,
  Sidecar,
  Signer,
  SubscriptionPaths,
  WatchedSecret,
  createHostCheck,
  parseSigningKeys,
  operateProducer,
  sendToProducer,
  type Logger,
} from '@tocsin/service';
import type { Backend, RedisUpkeep, RedisUpkeepEvents, StoresWithContent } from '../backend.ts';
import { redisPartsOf, type BffConfig } from '../config.ts';
import { TAKE_FEED, TAKE_PARTITION } from './calls/actor-methods.ts';
import { createCallActor } from './calls/call-actor.ts';
import { DaprCheckpoints } from './checkpoints.ts';
import { createReadInternalSecret } from './internal-secret.ts';
import { DaprFeedLog } from './feed-log.ts';
import { DaprInstanceBoard } from './boards/instance-board.ts';
import { DaprPastHourStore } from './boards/past-hour-store.ts';
import { DaprOrigin } from './origin.ts';
import { DaprReaderStore } from './reader-store.ts';
import { startDaprServer } from './server.ts';
import { DaprSetAside } from './set-aside.ts';
import type { SearchPlace } from '../ops/find/find-notification.ts';
import { linkProofs } from '../away/links.ts';
import { positionProofs } from '../deliver/broadcast/position-proofs.ts';

/** Time limit in ms for a channel's binding call. */
const BINDING_TIMEOUT_MS = 30_000;
/** Maximum calls to bindings at the same time. Enough for ten channels at their limits of messages in flight. */
const BINDING_CONNECTIONS = 1_024;

/** Carries publications between instances, bypassing Dapr. */
export interface Backplane {
  broadcaster: Backend['broadcaster'];
  socketAdapter?: Backend['socketAdapter'];
  redisMemory?: Backend['redisMemory'];
  announcementQueue?: Backend['announcementQueue'];
  findWaiting?: (entries: Backend['entries'], notification: NamedNotification) => ReturnType<SearchPlace>;
  startRedisUpkeep?: (stores: StoresWithContent, events: RedisUpkeepEvents) => RedisUpkeep;
  auditReader: Backend['auditReader'];
  ready(): Promise<void>;
  stop(): void;
}

/** Creates a backend that uses a backplane, and Dapr's components through the sidecar. */
export function daprBackend(config: BffConfig, backplane: Backplane, log: Logger): Backend {
  const api = { host: config.DAPR_HOST, httpPort: config.DAPR_HTTP_PORT, token: config.DAPR_API_TOKEN };
  const sidecar = new Sidecar({ ...api, timeoutMs: config.SIDECAR_TIMEOUT_MS });
  // Channels have their own connections, so a slow receiver doesn't delay other calls or other channels. Each channel
  // limits its messages in flight.
  const channelSidecar = new Sidecar({
    ...api,
    ...{ timeoutMs: BINDING_TIMEOUT_MS, connections: BINDING_CONNECTIONS },
  });
  const feedLog = new DaprFeedLog(sidecar, {
    isCluster: redisPartsOf(config).state.cluster === true,
    compressesHistory: config.HISTORY_COMPRESSION === 'on',
  });
  const secret = new WatchedSecret({
    read: createReadInternalSecret(sidecar, log),
    parse: parseSigningKeys,
    what: 'the "internal" secret',
    // Not a warning: at startup, the sidecar becomes ready after the application. /readyz reports persistent failures.
    onError: (err) => log.info({ err }, 'cannot read the secret for calls between instances; retrying'),
  });
  const ownSigner = new Signer(() => secret.get());
  const signer = async () => {
    await secret.load();
    return ownSigner;
  };
  let upkeepEvents: RedisUpkeepEvents | undefined;
  const setAside = new DaprSetAside(sidecar, {
    onDropped: (count) => upkeepEvents?.onDropped('set-aside', count),
  });
  const announceAgain: Backend['announceAgain'] = (announcement) =>
    sidecar.publish(
      COMPONENTS.pubsub,
      'partition' in announcement ? TOPICS.partitionAnnouncements : TOPICS.announcements,
      announcement,
    );
  const actors = { sidecar, signer, timeoutMs: config.ACTOR_TIMEOUT_MS };
  const takeFeed = createCallActor(actors, ACTOR_TYPE, TAKE_FEED);
  const takePartition = createCallActor(actors, PARTITION_ACTOR_TYPE, TAKE_PARTITION);
  const claimCheck = new DaprClaimCheck(sidecar);
  const { findWaiting } = backplane;
  const stores = {
    entries: claimCheck,
    log: feedLog,
    setAside,
    announceAgain,
    readers: new DaprReaderStore(sidecar),
  };
  return {
    ...stores,
    checkpoints: new DaprCheckpoints(sidecar),
    origin: new DaprOrigin(sidecar),
    setAsideRecords: new SetAsideRecords(sidecar, claimCheck),
    board: new DaprInstanceBoard(sidecar),
    past: new DaprPastHourStore(sidecar),
    publishReceipt: (event) => sidecar.publish(COMPONENTS.pubsub, TOPICS.receipts, event, { isEvent: true }),
    wakeUps: { set: (name, at) => sidecar.scheduleJob(name, at, {}) },
    invokeBinding: async (binding, operation, data, metadata) => {
      await channelSidecar.invokeBinding(binding, { operation, data, metadata });
    },
    linkProofs: linkProofs(ownSigner),
    probes: {
      sidecar: () => sidecar.components(),
      store: () => feedLog.readDocuments(['readiness']),
      redis: () => backplane.ready(),
    },
    compose: (body) => sendToProducer(sidecar, body),
    operate: (operation) => operateProducer(sidecar, operation),
    findWaiting: findWaiting && ((notification) => findWaiting(claimCheck, notification)),
    auditSink: new DaprAuditSink(sidecar),
    auditReader: backplane.auditReader,
    broadcaster: backplane.broadcaster,
    socketAdapter: backplane.socketAdapter,
    redisMemory: backplane.redisMemory,
    announcementQueue: backplane.announcementQueue,
    callFeedActor: (feed, announced, caller) => takeFeed({ feed, announced, ...caller }),
    callPartitionActor: async (partition, announced) =>
      (await takePartition({ partition, ...announced })).outcome,
    proofs: positionProofs(ownSigner, () => secret.isLoaded),
    startRedisUpkeep:
      backplane.startRedisUpkeep &&
      ((events) => {
        upkeepEvents = events;
        return backplane.startRedisUpkeep?.(stores, events) as RedisUpkeep;
      }),
    readSecret: (name) => sidecar.getSecret(SECRETS.jwt.store, name),
    receive: async (inbound) => {
      const server = await startDaprServer({
        ...inbound,
        host: config.INTERNAL_HOST,
        port: config.INTERNAL_PORT,
        daprHost: config.DAPR_HOST,
        daprHttpPort: config.DAPR_HTTP_PORT,
        appToken: config.APP_API_TOKEN,
        paths: new SubscriptionPaths(() => sidecar.subscriptions()),
        signer,
        isServed: createHostCheck(config.ALLOWED_HOSTS),
        log,
      });
      return (limitMs) => server.stop(limitMs);
    },
    ready: async () => {
      secret.get();
      const loaded = await sidecar.components();
      const missing = Object.values(COMPONENTS).filter((name) => !loaded.includes(name));
      if (missing.length > 0) throw new Error(`The sidecar has not loaded ${missing.join(', ')}.`);
      await feedLog.readDocuments(['readiness']);
      await backplane.ready();
    },
    close: async () => {
      secret.stop();
      backplane.stop();
      await Promise.all([sidecar.close(), channelSidecar.close()]);
    },
  };
}
