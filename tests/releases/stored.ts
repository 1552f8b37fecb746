import type { createClient } from 'redis';
import { z } from 'zod';

const json = z.json();

/** All values in Redis by key. JSON is parsed. */
export const storedSchema = z.strictObject({
  version: z.string(),
  /** When the capture was taken (ms since 1970). */
  at: z.int(),
  /** Claim-check entries. */
  strings: z.record(z.string(), json),
  /** The state store's documents and etags. */
  hashes: z.record(z.string(), z.strictObject({ data: json, version: z.string() })),
  /** The events of the topics, oldest first. */
  streams: z.record(z.string(), z.array(json)),
});
export type StoredData = z.infer<typeof storedSchema>;
type Json = z.infer<typeof json>;

type Redis = Pick<
  ReturnType<typeof createClient>,
  'keys' | 'type' | 'get' | 'hGetAll' | 'xRange' | 'set' | 'hSet' | 'xAdd'
>;

/** Short-lived data: instance metrics, and events in the broadcast stream. */
const SHORT_LIVED = /^bff\|\|instance|^tocsin:/;

/** Reads all data in Redis, except short-lived data. */
export async function captureStored(redis: Redis, version: string): Promise<StoredData> {
  const stored: StoredData = { version, at: Date.now(), strings: {}, hashes: {}, streams: {} };
  for (const key of (await redis.keys('*')).sort()) {
    const type = await redis.type(key);
    if (SHORT_LIVED.test(key)) continue;
    if (type === 'string') stored.strings[key] = parse(await redis.get(key));
    else if (type === 'hash') {
      const { data, version: etag } = await redis.hGetAll(key);
      stored.hashes[key] = { data: parse(data), version: etag ?? '' };
    } else if (type === 'stream') {
      const messages = await redis.xRange(key, '-', '+');
      stored.streams[key] = messages.map(({ message }) => parse(message['data']));
    } else throw new Error(`${key} is a ${type}, a type that Tocsin does not use`);
  }
  return stored;
}

/** Loads the content into an empty Redis, and shifts all times as if the content had just been captured. */
export async function restoreStored(redis: Redis, stored: StoredData): Promise<void> {
  const shiftMs = Date.now() - stored.at;
  const text = (value: Json) => JSON.stringify(shifted(value, shiftMs));
  for (const [key, value] of Object.entries(stored.strings)) await redis.set(key, text(value));
  for (const [key, { data, version }] of Object.entries(stored.hashes)) {
    await redis.hSet(key, { data: text(data), version });
  }
  for (const [key, events] of Object.entries(stored.streams)) {
    for (const event of events) await redis.xAdd(key, '*', { data: text(event) });
  }
}

const parse = (text: string | null | undefined): Json => json.parse(JSON.parse(text ?? 'null'));

const DATE_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** True for times (ms since 1970) from 2020 on. None of our other numbers are in this range. */
const isTime = (value: number): boolean => value > 1_577_836_800_000;

function shifted(value: Json, by: number): Json {
  if (typeof value === 'number') return isTime(value) ? value + by : value;
  if (typeof value === 'string')
    return DATE_TIME.test(value) ? new Date(Date.parse(value) + by).toISOString() : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => shifted(item, by));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shifted(member, by)]));
}
