import { createClient } from 'redis';

export interface PublishedEvent {
  id: string;
  source: string;
  /** The id in the event's data. `undefined` if the data isn't a notification. */
  notification: string | undefined;
}

/**
 * Collects existing and new events from the topic `notifications`. Reads continuously, since the bff soon deletes the
 * events that the producer has acknowledged.
 */
export async function readTopic(redisHost: string) {
  const redis = createClient({ url: `redis://${redisHost}` });
  redis.on('error', () => undefined);
  await redis.connect();
  const events: PublishedEvent[] = [];
  let closed = false;
  const read = async () => {
    let last = '0';
    while (!closed) {
      const reply = (await redis
        .xRead({ key: 'notifications', id: last }, { BLOCK: 200 })
        .catch(() => null)) as { messages: { id: string; message: { data?: string } }[] }[] | null;
      for (const { id, message } of reply?.[0]?.messages ?? []) {
        last = id;
        if (message.data !== undefined) events.push(eventOf(message.data));
      }
    }
  };
  const done = read();
  return {
    events,
    close: async () => {
      closed = true;
      await done;
      redis.destroy();
    },
  };
}

function eventOf(text: string): PublishedEvent {
  const { id, source, data } = JSON.parse(text) as { id: string; source: string; data?: { id?: string } };
  return { id, source, notification: data?.id };
}
