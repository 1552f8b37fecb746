import type { createClient } from 'redis';
import { z } from 'zod';

const json = z.json();

/** What Redis holds, by key, with JSON as the value that it stands for. */
export const storedSchema = z.strictObject({
  version: z.string(),
  /** When it was captured, in ms since 1970. */
  at: z.int(),
  /** Entries of the claim check. */
  strings: z.record(z.string(), json),
  /** The state store's documents with their versions. */
  hashes: z.record(z.string(), z.strictObject({ data: json, version: z.string() })),
  /** The topics' events, the oldest first. */
  streams: z.record(z.string(), z.array(json)),
});
type Stored = z.infer<typeof storedSchema>;

type Redis = Pick<ReturnType<typeof createClient>, 'keys' | 'type' | 'get' | 'hGetAll' | 'xRange'>;

/** What belongs to a moment or to one process: the figures of instances, and the events on their way to browsers. */
const PASSING = /^bff\|\|instance|^tocsin:/;

export async function captureStored(redis: Redis, version: string): Promise<Stored> {
  const stored: Stored = { version, at: Date.now(), strings: {}, hashes: {}, streams: {} };
  for (const key of (await redis.keys('*')).sort()) {
    const type = await redis.type(key);
    if (PASSING.test(key)) continue;
    if (type === 'string') stored.strings[key] = parse(await redis.get(key));
    else if (type === 'hash') {
      const { data, version: counted } = await redis.hGetAll(key);
      stored.hashes[key] = { data: parse(data), version: counted ?? '' };
    } else if (type === 'stream') {
      const messages = await redis.xRange(key, '-', '+');
      stored.streams[key] = messages.map(({ message }) => parse(message['data']));
    } else throw new Error(`${key} is a ${type}, which nothing of ours is`);
  }
  return stored;
}

const parse = (text: string | null | undefined): z.infer<typeof json> =>
  json.parse(JSON.parse(text ?? 'null'));
