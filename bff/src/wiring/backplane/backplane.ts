import type { Logger } from '@tocsin/service';
import { redisPartsOf, type BffConfig } from '../../config.ts';
import type { Backplane } from '../../dapr/backend.ts';
import { startRedisUpkeep } from './redis-upkeep.ts';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { readAnnouncementQueue } from '../../redis/announcement-queue.ts';
import { auditClient } from '../../redis/audit-client.ts';
import { RedisAuditReader } from '../../redis/audit-reader.ts';
import { RedisConnection } from '../../redis/connection.ts';
import { findWaiting } from '../../redis/waiting-entries.ts';
import { RedisBroadcaster } from '../../socketio/redis-broadcaster.ts';

export function createBackplane(config: BffConfig, log: Logger): Backplane {
  const parts = redisPartsOf(config);
  const audit = auditClient(parts.audit);
  const auditReader = new RedisAuditReader(audit.get);
  if (config.BROADCASTER === 'memory') {
    const broadcaster = new MemoryBroadcaster();
    return { broadcaster, auditReader, ready: () => Promise.resolve(), stop: () => void audit.close() };
  }
  const redis = { timeoutMs: config.SIDECAR_TIMEOUT_MS, log };
  const target = parts.broadcaster;
  const connection = new RedisConnection({ ...redis, target, name: 'the broadcaster' });
  const topics =
    parts.topics === target
      ? connection
      : new RedisConnection({ ...redis, target: parts.topics, name: 'the announcement reader' });
  const broadcaster = new RedisBroadcaster({ connection, maxBytes: config.BROADCAST_BYTES, log });
  connection.start();
  if (topics !== connection) topics.start();
  return {
    broadcaster,
    auditReader,
    socketAdapter: broadcaster.createAdapter(),
    redisMemory: () => connection.memory(),
    findWaiting: (entries, { id }) => findWaiting(topics, entries, id),
    announcementQueue: () => readAnnouncementQueue(topics),
    startRedisUpkeep: (stores, events) => startRedisUpkeep(redis, parts, stores, events),
    ready: () => connection.ready(),
    stop: () => {
      broadcaster.stop();
      connection.stop();
      if (topics !== connection) topics.stop();
      void audit.close();
    },
  };
}
