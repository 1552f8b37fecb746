import { feedKey, headKey, headSchema, TOPICS } from '@tocsin/contracts';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { Failure } from '@tocsin/tools/failure';
import { createClient } from 'redis';
import { REDIS_ROLES, type RedisRole } from '../model/constants.ts';
import type { Rig } from './rig.ts';

type Redis = ReturnType<typeof createClient>;

export async function withStore<T>(rig: Rig, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = createClient({ url: `redis://${rig.store}` });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    redis.destroy();
  }
}

/** Dapr prefixes the keys in the state store with the app id. */
const APP = 'bff||';
const bytesOf = async (redis: Redis, key: string): Promise<number> =>
  (await redis.memoryUsage(key, { SAMPLES: 0 })) ?? 0;

/** Measures `feeds` in Redis by document kind (bytes). Omits documents that no head refers to, since they expire. */
export const measureFeedSizes = (rig: Rig, feeds: readonly string[]) =>
  withStore(rig, async (redis) => {
    const bytes = { heads: 0, segments: 0, ids: 0 };
    for (const feed of feeds) {
      const key = APP + headKey(feed);
      const data = await redis.hGet(key, 'data');
      if (!data) throw new Failure(`${key} is not in Redis.`);
      const head = headSchema.parse(JSON.parse(data));
      bytes.heads += await bytesOf(redis, key);
      for (const segment of head.segments) bytes.segments += await bytesOf(redis, APP + segment.key);
      for (const ids of head.ids) bytes.ids += await bytesOf(redis, APP + ids.key);
    }
    return bytes;
  });

/**
 * Measures the average size (bytes) of the documents that an entry replaces, for feeds with names that start with
 * `label`. Call this within two minutes after the first replaced document was written, before it is deleted.
 */
export async function measureReplacedBytes(
  rig: Rig,
  label: string,
  feeds: readonly string[],
): Promise<number> {
  const current = await measureFeedSizes(rig, feeds);
  return withStore(rig, async (redis) => {
    let [bytes, entries] = [0, 0];
    for (const kind of ['segment', 'ids']) {
      for await (const keys of redis.scanIterator({ MATCH: `${APP}${kind}:${label}*`, COUNT: 1_000 })) {
        if (kind === 'segment') entries += keys.length;
        for (const key of keys) bytes += await bytesOf(redis, key);
      }
    }
    if (entries === 0) throw new Failure(`Redis has no segments of feeds whose names start with ${label}.`);
    return Math.max(0, bytes - current.segments - current.ids) / entries;
  });
}

export const storedAnnouncements = (rig: Rig): Promise<{ bytes: number; count: number }> =>
  withStore(rig, async (redis) => ({
    bytes: await bytesOf(redis, TOPICS.partitionAnnouncements),
    count: await redis.xLen(TOPICS.partitionAnnouncements),
  }));

/** Measures the average size of a reader's read state (bytes), across all readers of the feed. */
export const measureReaderBytes = (rig: Rig, feed: string): Promise<number> =>
  withStore(rig, async (redis) => {
    let [bytes, count] = [0, 0];
    for await (const keys of redis.scanIterator({ MATCH: `${APP}read:*:${feedKey(feed)}`, COUNT: 1_000 })) {
      for (const key of keys) {
        bytes += await bytesOf(redis, key);
        count++;
      }
    }
    if (count === 0) throw new Failure('There is no read state in Redis.');
    return bytes / count;
  });

/** Measures the data in Redis (bytes): used memory without the buffers for connections and the append-only file. */
export const usedMemory = (rig: Rig): Promise<number> =>
  withStore(rig, async (redis) => {
    const memory = parseRedisInfo(await redis.info('memory'));
    const bytesIn = (name: string) => Number(memory.get(name));
    return bytesIn('used_memory') - bytesIn('mem_clients_normal') - bytesIn('mem_aof_buffer');
  });

/** Maps each Redis command that the components use to the only component that uses it. */
const ROLE_OF: Record<string, RedisRole> = {
  set: 'entries',
  expire: 'entries',
  get: 'entries',
  getdel: 'entries',
  xadd: 'announcements',
  xreadgroup: 'announcements',
  xack: 'announcements',
  xpending: 'announcements',
  'xpending|ext': 'announcements',
  xclaim: 'announcements',
  eval: 'state',
  evalsha: 'state',
  hgetall: 'state',
  hget: 'state',
  hset: 'state',
  multi: 'state',
  exec: 'state',
};

/** Returns the time that Redis has spent on each component's commands so far (µs). */
export const executionTimes = (rig: Rig): Promise<Record<RedisRole, number>> =>
  withStore(rig, async (redis) => {
    const times = Object.fromEntries(REDIS_ROLES.map((role) => [role, 0])) as Record<RedisRole, number>;
    for (const [name, stats] of parseRedisInfo(await redis.info('commandstats'))) {
      const role = ROLE_OF[name.replace(/^cmdstat_/, '')];
      if (role) times[role] += Number(/,usec=(\d+)/.exec(stats)?.[1]);
    }
    return times;
  });

/** Counts the documents that Dapr has read from the state store so far. Each document is a hash in Redis. */
export const documentsRead = (rig: Rig): Promise<number> =>
  withStore(rig, async (redis) => {
    const stats = parseRedisInfo(await redis.info('commandstats'));
    return Number(/^calls=(\d+)/.exec(stats.get('cmdstat_hgetall') ?? '')?.[1] ?? 0);
  });
