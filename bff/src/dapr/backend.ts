import { COMPONENTS, SECRETS, TOPICS } from '@tocsin/contracts';
import { DeadLetters, Sidecar, sendToProducer, type Logger } from '@tocsin/service';
import type { Backend, KeptStore, StoreEvents } from '../backend.ts';
import type { BffConfig } from '../config.ts';
import { createCallActor } from './call-feed.ts';
import { DaprEntries } from './entries.ts';
import { DaprFeedLog } from './feed-log.ts';
import { DaprInstanceBoard } from './instance-board.ts';
import { DaprOrigin } from './origin.ts';
import { DaprReaderStore } from './reader-store.ts';
import { startDaprServer } from './server.ts';
import { DaprSetAside } from './set-aside.ts';

/** What carries publications between instances; Dapr has no part in it. */
export interface Carrier {
  broadcaster: Backend['broadcaster'];
  socketAdapter?: Backend['socketAdapter'];
  redisMemory?: Backend['redisMemory'];
  keepStore?: (stores: Pick<Backend, 'log' | 'setAside' | 'announceAgain'>, events: StoreEvents) => KeptStore;
  ready(): Promise<void>;
  stop(): void;
}

/** The components of Dapr through the sidecar, and a carrier. */
export function daprBackend(config: BffConfig, carrier: Carrier, log: Logger): Backend {
  const sidecar = new Sidecar({
    host: config.DAPR_HOST,
    httpPort: config.DAPR_HTTP_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  });
  const feedLog = new DaprFeedLog(sidecar);
  let storeEvents: StoreEvents | undefined;
  const setAside = new DaprSetAside(sidecar, {
    onDropped: (count) => storeEvents?.onDropped('set-aside', count),
  });
  const announceAgain: Backend['announceAgain'] = (announcement) =>
    sidecar.publish(COMPONENTS.pubsub, TOPICS.announcements, announcement);
  const stores = { log: feedLog, setAside, announceAgain };
  return {
    ...stores,
    origin: new DaprOrigin(sidecar),
    entries: new DaprEntries(sidecar),
    deadLetters: new DeadLetters(sidecar),
    board: new DaprInstanceBoard(sidecar),
    compose: (body) => sendToProducer(sidecar, body),
    broadcaster: carrier.broadcaster,
    readers: new DaprReaderStore(sidecar),
    socketAdapter: carrier.socketAdapter,
    redisMemory: carrier.redisMemory,
    keepStore:
      carrier.keepStore &&
      ((events) => {
        storeEvents = events;
        return carrier.keepStore?.(stores, events) as KeptStore;
      }),
    callActor: createCallActor(sidecar, config.ACTOR_TIMEOUT_MS),
    readSecret: (name) => sidecar.getSecret(SECRETS.jwt.store, name),
    receive: async (inbound) => {
      const server = await startDaprServer({
        ...inbound,
        host: config.INTERNAL_HOST,
        port: config.INTERNAL_PORT,
        daprHost: config.DAPR_HOST,
        daprHttpPort: config.DAPR_HTTP_PORT,
        appToken: config.APP_API_TOKEN,
        log,
      });
      return () => server.stop();
    },
    ready: async () => {
      const loaded = await sidecar.components();
      const missing = Object.values(COMPONENTS).filter((name) => !loaded.includes(name));
      if (missing.length > 0) throw new Error(`The sidecar has not loaded ${missing.join(', ')}.`);
      await feedLog.readDocuments(['readiness']);
      await carrier.ready();
    },
    close: async () => {
      carrier.stop();
      await sidecar.close();
    },
  };
}
