import {
  COMPRESSED_VERSION,
  DOCUMENT_VERSION,
  compressedSchema,
  parseJson,
  segmentKey,
  type Notification,
  type Page,
} from '@tocsin/contracts';
import { sentencesFrom } from '@tocsin/lab';
import { compressDocument, decompressDocument } from '@tocsin/service';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restart } from '../support/processes/restart.ts';
import { keysWith } from '../support/redis/every-key.ts';
import { eventually, readHead } from '../support/state.ts';

const ON = { HISTORY_COMPRESSION: 'on' };
const OFF = { HISTORY_COMPRESSION: 'off' };
const FEED = 'topic:orders';
/**
 * The history's size limit. A segment is full once it reaches a fortieth of this size. The bff never merges a full
 * segment with later segments. In these tests, the oldest segment is always full, because the history is too large for
 * segments that aren't full.
 */
const HISTORY_BYTES = 2 * 1024 * 1024;
/** Enough for segments in multiple size tiers (see bff/src/feed/chain/chain.ts). */
const REQUESTS = 12;
const PER_REQUEST = 100;
/** The time limit guaranteed in the `DELETE` documentation. */
const ERASED_WITHIN_MS = 60_000;
const text = sentencesFrom(20_26);

let stack: Stack;
let redis: ReturnType<typeof createClient>;
/** A second instance, started without compression by the first test that needs it. */
let plain: Pair;
beforeAll(async () => {
  stack = await startStack({ bffs: 1, bffEnv: ON, env: { HISTORY_BYTES: String(HISTORY_BYTES) } });
  redis = createClient({ url: `redis://${stack.redisHost}` });
  await redis.connect();
});
afterAll(async () => {
  await redis.close();
  await stack.stop();
});

const compressing = () => stack.bffs[0] as Pair;
const send = async (method: string, path: string, body?: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return (await fetch(`${stack.producers[0]?.url}${path}`, init)).status;
};
const ask = (pair: Pair, feed: string, more = '') =>
  fetch(`${pair.url}/app/notifications?feed=${encodeURIComponent(feed)}&limit=200${more}`);

/** Reads a feed's publications page by page, from newest to oldest. */
async function readAll(pair: Pair, feed: string): Promise<Page['publications']> {
  const all: Page['publications'] = [];
  for (let more = ''; ;) {
    const response = await ask(pair, feed, more);
    expect(response.status).toBe(200);
    const { epoch, publications } = (await response.json()) as Page;
    all.unshift(...publications);
    const [{ offset } = { offset: 1 }] = publications;
    if (offset === 1) return all;
    more = `&epoch=${epoch}&before=${offset}`;
  }
}
const titlesIn = async (pair: Pair, feed: string) =>
  (await readAll(pair, feed)).map(({ notification }) => notification?.title);

/** Publishes sentences in arrays, one commit per array. Resolves with the titles. */
async function publish(pair: Pair, feed: string, requests = REQUESTS, per = PER_REQUEST): Promise<string[]> {
  const titles: string[] = [];
  for (let request = 0; request < requests; request++) {
    const batch = Array.from({ length: per }, () => ({ feed, title: text(50), body: text(150) }));
    titles.push(...batch.map(({ title }) => title));
    expect(await send('POST', '/notifications', batch)).toBe(202);
    await untilShown(pair, feed, titles.at(-1) ?? '');
  }
  return titles;
}
const untilShown = (pair: Pair, feed: string, title: string) =>
  eventually(async () => {
    const { publications } = (await (await ask(pair, feed)).json()) as Page;
    return publications.at(-1)?.notification?.title === title;
  });

const dataOf = async (key: string) => parseJson((await redis.hGet(key, 'data')) ?? '');
/** Returns a feed's current segments as stored. */
async function segmentsOf(feed: string) {
  const head = await readHead(compressing(), feed);
  const keys = (head?.segments ?? []).map(({ key }) => `bff||${key}`);
  const stored = await Promise.all(keys.map(dataOf));
  return stored.map((data, index) => ({
    key: keys[index] ?? '',
    isCompressed: compressedSchema.safeParse(data).success,
    bytes: JSON.stringify(data).length,
  }));
}
const goneFromRedis = (secret: string) =>
  eventually(async () => (await keysWith(stack.redisHost, secret)).length === 0, ERASED_WITHIN_MS).catch(
    async () => expect(await keysWith(stack.redisHost, secret)).toEqual([]),
  );

let titles: string[];

it('should compress long segments and show every notification', async () => {
  titles = await publish(compressing(), FEED);
  for (let single = 0; single < 3; single++) titles.push(...(await publish(compressing(), FEED, 1, 1)));
  const segments = await segmentsOf(FEED);
  const long = segments.filter(({ isCompressed }) => isCompressed);
  expect(long.length).toBeGreaterThan(1);
  for (const { isCompressed, bytes } of segments) if (!isCompressed) expect(bytes).toBeLessThan(4_096);
  expect(await titlesIn(compressing(), FEED)).toEqual(titles);
});

it('should delete a retracted notification’s content from a compressed segment and all copies', async () => {
  const secret = 'S3CRET-retracted';
  const id = 'to-retract';
  expect(await send('POST', '/notifications', { id, feed: FEED, title: secret })).toBe(202);
  await untilShown(compressing(), FEED, secret);
  titles.push(secret, ...(await publish(compressing(), FEED, 2)));
  const found = await keysWith(stack.redisHost, secret);
  const segments = await segmentsOf(FEED);
  expect(segments.filter(({ key, isCompressed }) => isCompressed && found.includes(key))).toHaveLength(1);

  expect(await send('DELETE', `/notifications/${id}?feed=${FEED}`)).toBe(202);
  await goneFromRedis(secret);
  const left: (string | undefined)[] = [...titles];
  left[titles.indexOf(secret)] = undefined;
  const served = await titlesIn(compressing(), FEED);
  expect(served.slice(0, left.length)).toEqual(left);
  titles = served.filter((title) => title !== undefined);
});

it('should delete an erased feed’s content, including from an orphaned compressed segment', async () => {
  const secret = 'S3CRET-erased';
  const feed = 'user:erased';
  const batch = Array.from({ length: 60 }, () => ({ feed, title: `${secret} ${text(30)}`, body: text(150) }));
  expect(await send('POST', '/notifications', batch)).toBe(202);
  await untilShown(compressing(), feed, batch.at(-1)?.title ?? '');
  const createdAt = new Date(Date.now() - 60_000).toISOString();
  const publications = batch.map((item, index): { offset: number; notification: Notification } => ({
    offset: index + 1,
    notification: { ...item, id: `left-${index}`, severity: 'info', createdAt },
  }));
  const leftBehind = await compressDocument({ v: DOCUMENT_VERSION, publications });
  await redis.hSet(`bff||${segmentKey('user:era', 'left-behind')}`, {
    data: JSON.stringify(leftBehind?.value),
    version: '1',
  });
  const found = await keysWith(stack.redisHost, secret);
  const isCompressed = async (key: string) =>
    (await redis.type(key)) === 'hash' && compressedSchema.safeParse(await dataOf(key)).success;
  const areCompressed = await Promise.all(found.map(isCompressed));
  expect(areCompressed.filter(Boolean).length).toBeGreaterThan(1);

  expect(await send('DELETE', `/feeds/${encodeURIComponent(feed)}`)).toBe(202);
  await goneFromRedis(secret);
});

it('should return 503 for a damaged compressed segment, as for any damaged segment, until it’s repaired', async () => {
  const [{ key } = { key: '' }] = (await segmentsOf(FEED)).filter(({ isCompressed }) => isCompressed);
  const good = (await redis.hGet(key, 'data')) ?? '';
  const oldest = async () => {
    // A new instance has none of the segments in memory.
    await restart([compressing()], ON);
    const { epoch } = (await (await ask(compressing(), FEED)).json()) as Page;
    return (await ask(compressing(), FEED, `&epoch=${epoch}&before=50`)).status;
  };
  for (const damaged of [
    { v: DOCUMENT_VERSION, publications: 7 },
    { v: COMPRESSED_VERSION, brotli: 'AAAA' },
  ]) {
    await redis.hSet(key, 'data', JSON.stringify(damaged));
    expect(await oldest()).toBe(503);
  }
  await redis.hSet(key, 'data', good);
  expect(await oldest()).toBe(200);
});

it('should let an instance that doesn’t compress read compressed segments', async () => {
  plain = await stack.addPair('bff', 'bff-plain');
  await Promise.all([plain.app.start(), plain.sidecar.start()]);
  await plain.ready(60_000);
  expect((await segmentsOf(FEED)).some(({ isCompressed }) => isCompressed)).toBe(true);
  const shown = (await titlesIn(plain, FEED)).filter((title) => title !== undefined);
  expect(shown).toEqual(titles);
});

it('should keep old segments readable and write plain segments once compression is off', async () => {
  await restart([compressing(), plain], OFF);
  const before = await segmentsOf(FEED);
  titles.push(...(await publish(plain, FEED, 3)));
  const feed = 'topic:plain';
  const others = await publish(plain, feed, 3);
  expect((await segmentsOf(feed)).some(({ isCompressed }) => isCompressed)).toBe(false);
  const known = before.map(({ key }) => key);
  const added = (await segmentsOf(FEED)).filter(({ key }) => !known.includes(key));
  expect(added.length).toBeGreaterThan(0);
  expect(added.some(({ isCompressed }) => isCompressed)).toBe(false);
  for (const pair of [compressing(), plain]) {
    expect((await titlesIn(pair, FEED)).filter((title) => title !== undefined)).toEqual(titles);
    expect(await titlesIn(pair, feed)).toEqual(others);
  }
});

it('should delete retracted content from a compressed segment while compression is off', async () => {
  const victim = (await readAll(plain, FEED)).find(({ notification }) => notification)?.notification;
  const { id = '', title = '', body = '' } = victim ?? {};
  const [{ isCompressed } = { isCompressed: false }] = await segmentsOf(FEED);
  expect(isCompressed).toBe(true);
  expect(await keysWith(stack.redisHost, body)).not.toEqual([]);
  expect(await send('DELETE', `/notifications/${id}?feed=${FEED}`)).toBe(202);
  await goneFromRedis(body);
  titles = titles.filter((other) => other !== title);
  expect((await segmentsOf(FEED))[0]?.isCompressed).toBe(false);
  const shown = (await titlesIn(plain, FEED)).filter((shownTitle) => shownTitle !== undefined);
  expect(shown).toEqual(titles);
});

it('should resume compressing when switched back on, and merge plain segments into compressed segments', async () => {
  await restart([compressing(), plain], ON);
  const feed = 'topic:plain';
  const before = await titlesIn(plain, feed);
  const added = await publish(compressing(), feed, 5);
  const segments = await segmentsOf(feed);
  expect(segments.some(({ isCompressed }) => isCompressed)).toBe(true);
  for (const pair of [compressing(), plain])
    expect(await titlesIn(pair, feed)).toEqual([...before, ...added]);
  const [{ key } = { key: '' }] = segments.filter(({ isCompressed }) => isCompressed);
  expect(await decompressDocument(await dataOf(key))).toMatchObject({ v: DOCUMENT_VERSION });
});
