import { parseRedisInfo } from '@tocsin/service/redis-info';
import type { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { usageOf, type Usage } from '@tocsin/tools/process/usage';
import type { Stack } from '@tocsin/tools/stack/stack';
import type { RedisClientType } from 'redis';

/** Snapshot of every process's memory and the data in Redis. */
export interface Sample {
  /** Seconds since the first notification. */
  at: number;
  processes: Record<string, Usage>;
  /** Redis key counts by kind: the first word of the key after the app id. */
  keys: Record<string, number>;
  /** The data size according to Redis (bytes). */
  redisData: number;
  /** Number of entries by stream name. */
  streams: Record<string, number>;
}

export const processesOf = (stack: Stack): Record<string, ManagedProcess> => ({
  ...Object.fromEntries(
    [...stack.producers, ...stack.bffs].flatMap(({ name, app, sidecar }) => [
      [`${name} application`, app],
      [`${name} sidecar`, sidecar],
    ]),
  ),
  placement: stack.placement,
  scheduler: stack.scheduler,
  redis: stack.redis,
});

/** Takes a sample. Scans all keys in Redis, since there are only a few. */
export async function takeSample(stack: Stack, redis: RedisClientType, at: number): Promise<Sample> {
  const keys: Record<string, number> = {};
  const streams: Record<string, number> = {};
  for await (const batch of redis.scanIterator({ COUNT: 1_000 })) {
    for (const key of batch) {
      const kind = key.replace(/^\w+\|\|/, '').split(':')[0] ?? key;
      keys[kind] = (keys[kind] ?? 0) + 1;
    }
  }
  for (const name of await streamNames(redis)) streams[name] = await redis.xLen(name);
  const memory = parseRedisInfo(await redis.info('memory'));
  return {
    at,
    processes: Object.fromEntries(
      Object.entries(processesOf(stack)).map(([name, { pid }]) => [name, usageOf(pid)]),
    ),
    keys,
    redisData: Number(memory.get('used_memory')),
    streams,
  };
}

async function streamNames(redis: RedisClientType): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of redis.scanIterator({ TYPE: 'stream', COUNT: 1_000 })) names.push(...batch);
  return names;
}
