import {
  COMPONENTS,
  TOPICS,
  partitionAnnouncementSchema,
  type PartitionAnnouncement,
} from '@tocsin/contracts';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { createClient } from 'redis';

/** Accesses a stack's Redis directly, not through Dapr. */
export async function openRedisView(redisHost: string) {
  const client = createClient({ url: `redis://${redisHost}` });
  // Without a listener, an error would crash the process. Calls reject with the error anyway.
  client.on('error', () => undefined);
  await client.connect();
  return {
    read: async (key: string): Promise<string | undefined> => (await client.get(key)) ?? undefined,
    keys: (pattern: string): Promise<string[]> => client.keys(pattern),
    /** True if any value in the state store contains `text`. */
    stateContains: async (text: string): Promise<boolean> => {
      const keys = await client.keys('bff||*');
      const values = await Promise.all(keys.map((key) => client.hGet(key, 'data')));
      return values.some((value) => value?.includes(text));
    },
    /** Returns the seconds until a key expires: -1 if it never expires, -2 if it doesn't exist. */
    secondsLeft: (key: string): Promise<number> => client.ttl(key),
    /** Returns all announcements still in the stream, oldest first. */
    announcements: async (): Promise<PartitionAnnouncement[]> => {
      const messages = await client.xRange(TOPICS.partitionAnnouncements, '-', '+');
      return messages.map(({ message }) => {
        const event = JSON.parse(message.data ?? '') as { data: unknown; pubsubname: string };
        if (event.pubsubname !== COMPONENTS.pubsub) throw new Error(`announced on ${event.pubsubname}`);
        return partitionAnnouncementSchema.parse(event.data);
      });
    },
    /** Returns the total number of announcements that have become dead letters. */
    deadLetters: async (): Promise<number> => {
      const topics = [TOPICS.deadAnnouncements, TOPICS.deadPartitionAnnouncements];
      const added = topics.map(async (topic) =>
        (await client.exists(topic)) === 0 ? 0 : (await client.xInfoStream(topic))['entries-added'],
      );
      return (await Promise.all(added)).reduce((sum, count) => sum + count, 0);
    },
    /** Deletes all data. Use only on Redis in a test's own stack. */
    empty: async (): Promise<void> => {
      await client.flushAll();
    },
    /** Makes the key expire immediately. */
    expire: async (key: string): Promise<void> => {
      if (!(await client.pExpire(key, 1))) throw new Error(`there is no key ${key}`);
    },
    /** Lets Redis use at most `bytes` more memory. At this limit, Redis rejects writes but keeps existing data. */
    limitMemory: async (bytes: number): Promise<void> => {
      const used = parseRedisInfo(await client.info('memory')).get('used_memory');
      await client.configSet({
        maxmemory: String(Math.max(1, Number(used) + bytes)),
        'maxmemory-policy': 'noeviction',
      });
    },
    /** Removes the limit that `limitMemory` set. */
    removeMemoryLimit: async (): Promise<void> => {
      await client.configSet('maxmemory', '0');
    },
    /** Pauses Redis for `ms`. Commands that arrive during the pause run afterwards. */
    pause: async (ms: number): Promise<void> => {
      await client.sendCommand(['CLIENT', 'PAUSE', String(ms), 'ALL']);
    },
    close: (): Promise<void> => client.close(),
  };
}
export type RedisView = Awaited<ReturnType<typeof openRedisView>>;
