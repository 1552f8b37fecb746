import type { Logger } from '@tocsin/service';
import { redisTarget } from '@tocsin/service/redis';
import type { BffConfig } from '../../config.ts';
import type { Backplane } from '../../dapr/backend.ts';
import { keepStore } from './keep-store.ts';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { readAnnouncementQueue } from '../../redis/announcement-queue.ts';
import { auditClient } from '../../redis/audit-client.ts';
import { RedisAuditReader } from '../../redis/audit-reader.ts';
import { RedisConnection } from '../../redis/connection.ts';
import { findWaiting } from '../../redis/waiting-entries.ts';
import { RedisBroadcaster } from '../../socketio/redis-broadcaster.ts';

/** Creates the backplane that the settings select. */
export function createBackplane(config: BffConfig, log: Logger): Backplane {
  const target = redisTarget(config);
  const audit = auditClient(target);
  const auditReader = new RedisAuditReader(audit.get);
  if (config.BROADCASTER === 'memory') {
    const broadcaster = new MemoryBroadcaster();
    return { broadcaster, auditReader, ready: () => Promise.resolve(), stop: () => void audit.close() };
  }
  const redis = { target, timeoutMs: config.SIDECAR_TIMEOUT_MS, log };
  const connection = new RedisConnection({ ...redis, name: 'the broadcaster' });
  const broadcaster = new RedisBroadcaster({ connection, maxBytes: config.BROADCAST_BYTES, log });
  connection.start();
  return {
    broadcaster,
    auditReader,
    socketAdapter: broadcaster.createAdapter(),
    redisMemory: () => connection.memory(),
    findWaiting: (entries, { id }) => findWaiting(connection, entries, id),
    announcementQueue: () => readAnnouncementQueue(connection),
    keepStore: (stores, events) => keepStore(redis, stores, events, log),
    ready: () => connection.ready(),
    stop: () => {
      broadcaster.stop();
      connection.stop();
      void audit.close();
    },
  };
}
