import { setTimeout as delay } from 'node:timers/promises';
import {
  ENTRY_LIFE_MS,
  partitionEntryKey,
  partitionEntrySchema,
  problemSchema,
  type PartitionEntry,
  type Notification,
} from '@tocsin/contracts';
import { respondsOk, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRedisView, type RedisView } from '../support/redis/redis.ts';
import { eventually } from '../support/state.ts';

/** Two tests wait for this limit, so it's short, but a busy machine still has time to accept a request. */
const REQUEST_TIMEOUT_MS = 4_000;
/** Enough concurrent requests that some share an entry, but few enough that all are accepted in time. */
const CONCURRENCY = 30;

let stack: Stack;
let pair: Pair;
let redis: RedisView;

beforeAll(async () => {
  stack = await startStack({
    bffs: 0,
    producerEnv: { REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS), SIDECAR_TIMEOUT_MS: '2500' },
  });
  pair = stack.producers[0] as Pair;
  redis = await openRedisView(stack.redisHost);
});
afterAll(async () => {
  await redis.close();
  await stack.stop();
});

const post = (body: unknown) =>
  fetch(`${pair.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Returns the announced entries with items for a feed, and the ids of these items, ordered by first announcement. */
async function announced(feed: string): Promise<{ entry: PartitionEntry; ids: string[] }[]> {
  const keys = new Set((await redis.announcements()).map(partitionEntryKey));
  const entries = await Promise.all(
    [...keys].map(async (key) => {
      const entry = partitionEntrySchema.parse(JSON.parse((await redis.read(key)) ?? 'null'));
      const items = (entry.notifications as Notification[]).filter((item) => item.feed === feed);
      return { entry, ids: items.map(({ id }) => id) };
    }),
  );
  return entries.filter(({ ids }) => ids.length > 0);
}

it('should deposit every accepted notification once and announce entries in order', async () => {
  const feed = 'topic:load';
  const ids = Array.from({ length: 300 }, (_, n) => `n${n}`);
  const [waiting, statuses] = [[...ids], new Set<number>()];
  const lane = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
      statuses.add((await post({ id, feed, title: id })).status);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  expect(statuses).toEqual(new Set([202]));
  const entries = await announced(feed);
  expect(entries.flatMap((entry) => entry.ids).sort()).toEqual([...ids].sort());
  expect(entries.map(({ entry }) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
  expect(entries.length).toBeLessThan(300);
});

it('should return 503 with the ids while Redis is down, and finish started entries once it’s back', async () => {
  const feed = 'topic:redis';
  await post({ id: 'before', feed, title: 'x' });
  await stack.redis.kill();
  const started = Date.now();
  const response = await post({ id: 'during', feed, title: 'x' });
  expect(Date.now() - started).toBeLessThan(2 * REQUEST_TIMEOUT_MS);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'unavailable', ids: ['during'] });
  expect((await fetch(`${pair.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${pair.url}/healthz`)).status).toBe(200);
  await stack.revive('redis');
  await eventually(async () => (await post({ id: 'after', feed, title: 'x' })).status === 202);
  const entries = await announced(feed);
  expect(new Set(entries.flatMap(({ ids }) => ids))).toEqual(new Set(['before', 'during', 'after']));
  expect(new Set(entries.map(({ entry }) => entry.run)).size).toBe(1);
});

it('should return 503 while the sidecar is down or hangs, and finish started entries once it’s back', async () => {
  const feed = 'topic:sidecar';
  await post({ id: 'a', feed, title: 'x' });
  await pair.sidecar.kill();
  expect((await post({ id: 'b', feed, title: 'x' })).status).toBe(503);
  await pair.sidecar.start();
  await pair.ready();
  await eventually(async () => (await announced(feed)).length === 2);
  await pair.sidecar.kill('SIGSTOP');
  // The sidecar can take a moment to stop on a busy machine.
  await expect.poll(() => respondsOk(`${pair.daprUrl}/v1.0/healthz`, pair.daprHeaders)).toBe(false);
  expect((await post({ id: 'c', feed, title: 'x' })).status).toBe(503);
  await pair.sidecar.kill('SIGCONT');
  await eventually(async () => (await announced(feed)).length === 3);
  const entries = await announced(feed);
  const first = entries[0]?.entry.seq ?? 0;
  expect(entries.map(({ ids, entry }) => [ids, entry.seq - first])).toEqual([
    [['a'], 0],
    [['b'], 1],
    [['c'], 2],
  ]);
});

it('should accept notifications through service invocation', async () => {
  const response = await fetch(`${pair.daprUrl}/v1.0/invoke/producer/method/notifications`, {
    method: 'POST',
    headers: { ...pair.daprHeaders, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'invoked', feed: 'topic:invoke', title: 'x' }),
  });
  expect(response.status).toBe(202);
  expect((await announced('topic:invoke')).flatMap(({ ids }) => ids)).toEqual(['invoked']);
});

it('should re-announce each partition’s last entry when the producer stops, and continue with new runs', async () => {
  const feed = 'topic:stop';
  for (const id of ['a', 'b', 'c']) await post({ id, feed, title: id });
  const underWay = post({ id: 'd', feed, title: 'd' });
  await delay(2);
  await pair.app.stop();
  const status = await underWay.then(
    (response) => response.status,
    () => 0,
  );
  const entries = await announced(feed);
  const run = entries[0]?.entry.run;
  const seqs = (await redis.announcements())
    .filter((announcement) => announcement.run === run)
    .map(({ seq }) => seq);
  expect(entries.flatMap(({ ids }) => ids).slice(0, 3)).toEqual(['a', 'b', 'c']);
  if (status === 202) expect(entries.flatMap(({ ids }) => ids)).toContain('d');
  expect(seqs.at(-1)).toBe(Math.max(...seqs));
  expect(seqs.filter((seq) => seq === seqs.at(-1))).toHaveLength(2);

  await pair.app.start();
  await pair.ready();
  expect((await post({ id: 'e', feed, title: 'e' })).status).toBe(202);
  const last = (await announced(feed)).at(-1);
  expect([last?.entry.seq, last?.ids]).toEqual([1, ['e']]);
  expect(Date.parse(last?.entry.expiresAt ?? '') - Date.now()).toBeGreaterThan(ENTRY_LIFE_MS - 60_000);
});
