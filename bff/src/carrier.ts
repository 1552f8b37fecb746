import type { Logger } from '@tocsin/service';
import type { BffConfig } from './config.ts';
import type { Carrier } from './dapr/backend.ts';
import { MemoryBroadcaster } from './memory/broadcaster.ts';
import { auditClient } from './redis/audit-client.ts';
import { RedisAuditReader } from './redis/audit-reader.ts';
import { RedisBroadcaster } from './socketio/redis-broadcaster.ts';

/** The carrier that the settings name. */
export function createCarrier(config: BffConfig, log: Logger): Carrier {
  const audit = auditClient({ redisHost: config.REDIS_HOST, password: config.REDIS_PASSWORD });
  const auditReader = new RedisAuditReader(audit.get);
  if (config.BROADCASTER === 'memory') {
    const broadcaster = new MemoryBroadcaster();
    return { broadcaster, auditReader, ready: () => Promise.resolve(), stop: () => void audit.close() };
  }
  const redis = new RedisBroadcaster({
    redisHost: config.REDIS_HOST,
    password: config.REDIS_PASSWORD,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
    log,
  });
  redis.start();
  return {
    broadcaster: redis,
    auditReader,
    socketAdapter: redis.createAdapter(),
    redisMemory: () => redis.memory(),
    ready: () => redis.ready(),
    stop: () => {
      redis.stop();
      void audit.close();
    },
  };
}
