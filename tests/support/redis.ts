import { COMPONENTS, TOPICS, announcementSchema, type Announcement } from '@tocsin/contracts';
import { createClient } from 'redis';

/** A look into a stack's Redis, past Dapr. */
export async function lookInto(redisHost: string) {
  const client = createClient({ url: `redis://${redisHost}` });
  // Without a listener an error would end the process; the calls reject with it all the same.
  client.on('error', () => undefined);
  await client.connect();
  return {
    read: async (key: string): Promise<string | undefined> => (await client.get(key)) ?? undefined,
    keys: (pattern: string): Promise<string[]> => client.keys(pattern),
    /** Seconds that a key has left to live; negative if it lives for ever. */
    secondsLeft: (key: string): Promise<number> => client.ttl(key),
    /** All that was announced and not trimmed yet, the first announced first. */
    announcements: async (): Promise<Announcement[]> => {
      const messages = await client.xRange(TOPICS.announcements, '-', '+');
      return messages.map(({ message }) => {
        const event = JSON.parse(message.data ?? '') as { data: unknown; pubsubname: string };
        if (event.pubsubname !== COMPONENTS.pubsub) throw new Error(`announced on ${event.pubsubname}`);
        return announcementSchema.parse(event.data);
      });
    },
    /** How many dead letters were ever published. */
    deadLetters: (): Promise<number> => client.xLen(TOPICS.deadAnnouncements),
    /** Loses everything. Only for the Redis of a test's own stack. */
    empty: async (): Promise<void> => {
      await client.flushAll();
    },
    close: (): Promise<void> => client.close(),
  };
}
export type RedisView = Awaited<ReturnType<typeof lookInto>>;
