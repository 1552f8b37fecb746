import type { Logger } from '@tocsin/service';
import type { BffConfig } from './config.ts';
import type { Carrier } from './dapr/backend.ts';
import { MemoryBroadcaster } from './memory/broadcaster.ts';
import { RedisBroadcaster } from './socketio/redis-broadcaster.ts';

/** The carrier that the settings name. */
export function createCarrier(config: BffConfig, log: Logger): Carrier {
  if (config.BROADCASTER === 'memory') {
    return { broadcaster: new MemoryBroadcaster(), ready: () => Promise.resolve(), stop: () => undefined };
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
    socketAdapter: redis.createAdapter(),
    redisMemory: () => redis.memory(),
    ready: () => redis.ready(),
    stop: () => redis.stop(),
  };
}
