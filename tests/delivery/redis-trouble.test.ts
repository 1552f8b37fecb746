import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page, Problem } from '@tocsin/contracts';
import { Failpoints, makeNotifications } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { Flow } from '../support/flow.ts';
import { sumMetric } from '../support/observe/metrics.ts';
import { openRedisView, type RedisView } from '../support/redis/redis.ts';
import { eventually, readHead } from '../support/state.ts';

/** Maximum time (ms) for deliveries to resume once Redis has recovered. The tests double it. */
const BOUND = 5_000;
/** Longer (ms) than the timeouts for sidecar calls, turns and requests. */
const SLOW_MS = 8_000;
/**
 * How long (ms) Redis stays full: longer than all inbound retries in components/, so that Dapr can't store the dead
 * letter, either.
 */
const FULL_MS = 15_000;
const LARGE = 'x'.repeat(2_000);

const dir = mkdtempSync(join(tmpdir(), 'tocsin-trouble-'));
const failpoints = new Failpoints(dir);
let stack: Stack;
let flow: Flow;
let redis: RedisView;
let bff: Pair;

beforeAll(async () => {
  stack = await startStack({ bffEnv: failpoints.env('bff') });
  [bff] = stack.bffs as [Pair];
  flow = new Flow(stack);
  redis = await openRedisView(stack.redisHost);
  await flow.ready();
  await postSome(1);
  await flow.complete();
});
// Undo the fault so that a failed test doesn't affect the next test.
afterEach(async () => {
  await redis.removeMemoryLimit();
  failpoints.clear('bff');
});
afterAll(async () => {
  await redis.close();
  flow.close();
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

const head = () => readHead(bff, 'all');
const postSome = async (count: number): Promise<string[]> => {
  const notifications = makeNotifications(count);
  for (const notification of notifications) await flow.caller.post([notification]);
  return notifications.map(({ id }) => id);
};
const readPage = async (query: string): Promise<Page> =>
  (await (await fetch(`${bff.url}/app/notifications?${query}`)).json()) as Page;

/** Posts until the producer returns 503, and returns that response. Records accepted notifications as acknowledged. */
function untilRefused(): Promise<Problem & { id: string; retryAfter: string | null }> {
  return eventually(async () => {
    const id = randomUUID();
    const response = await fetch(`${(stack.producers[0] as Pair).url}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, title: 'large', body: LARGE }),
    });
    if (response.status === 202) flow.caller.acknowledged.set(id, Date.now());
    if (response.status === 202) return undefined;
    const problem = (await response.json()) as Problem;
    return { ...problem, id, retryAfter: response.headers.get('retry-after') };
  }, 40_000);
}

describe('a full Redis', () => {
  it('should keep existing data, not lose acknowledged notifications, and make the producer return 503', async () => {
    const before = await postSome(20);
    await flow.complete();
    // Read these notifications by position: large notifications that still get accepted can push them off the newest
    // page.
    const { epoch = '', offset = 0 } = (await head()) ?? {};
    const pageQuery = `limit=${before.length}&epoch=${epoch}&before=${offset + 1}`;
    const fillRedis = async () => {
      await redis.limitMemory(50_000);
      const { id, status, ids, retryAfter } = await untilRefused();
      expect({ status, ids }).toEqual({ status: 503, ids: [id] });
      expect(Number(retryAfter)).toBeGreaterThan(0);
      const stored = (await readPage(pageQuery)).publications.map(({ notification }) => notification?.id);
      expect(stored).toEqual(before);
      await redis.removeMemoryLimit();
      return { resumesAt: Date.now(), affected: stack.bffs };
    };
    expect(await flow.during('redis-full', fillRedis, BOUND)).toBeLessThan(2 * BOUND);
  });

  it.each([
    ['its commit, for longer than all retries take', 'peeked', FULL_MS],
    ['its broadcast', 'committed', 0],
  ])('should delay but not lose a turn if Redis has no memory for %s', async (_, step, fullMs) => {
    await flow.complete();
    const { epoch, offset = 0 } = (await head()) ?? {};
    const countRetries = () => sumMetric(stack.bffs, 'tocsin_bff_announcements_total', { outcome: 'retry' });
    const before = await countRetries();
    failpoints.set('bff', `${step}=pause:1500`);
    const [id = ''] = await postSome(1);
    const entries = () => redis.keys('entry:*');
    await eventually(async () => failpoints.triggeredBy('bff') !== undefined);
    await redis.limitMemory(-1_000_000_000);
    failpoints.clear('bff');
    await eventually(async () => (await countRetries()) > before);
    await delay(fullMs);
    const committed = step === 'committed' ? 1 : 0;
    expect(await head()).toMatchObject({ epoch, offset: offset + committed });
    // The entry is claimed last, so it exists until all items have been broadcast.
    expect(await entries()).toHaveLength(1);
    await redis.removeMemoryLimit();
    await flow.complete();
    expect(await head()).toMatchObject({ epoch, offset: offset + 1 });
    for (const { shown } of flow.observers) expect(shown.at(-1)?.id).toBe(id);
  });
});

it('should recover without intervention after Redis was slower than every timeout', async () => {
  const pauseRedis = async () => {
    await redis.pause(SLOW_MS);
    expect((await untilRefused()).status).toBe(503);
    await redis.read('none');
    return { resumesAt: Date.now(), affected: stack.bffs };
  };
  expect(await flow.during('redis-slow', pauseRedis, BOUND)).toBeLessThan(2 * BOUND);
});

it('should start a new epoch, notify clients and reprocess entries after Redis returns to an older state', async () => {
  const feed = 'all';
  const check = new ClaimCheck(stack.producers[0] as Pair);
  const older = join(dir, 'older');
  const reprocessed = [await check.deposit(feed, 1), await check.deposit(feed, 2)];
  await postSome(5);
  await flow.complete();
  cpSync(stack.redisDir, older, { recursive: true });
  await check.announce(feed, 2);
  const lost = await postSome(5);
  await Promise.all(flow.observers.map((observer) => observer.untilShown([...reprocessed, ...lost])));
  const before = await head();
  const gaps = flow.observers.map((observer) => observer.gaps.length);

  await stack.redis.kill();
  rmSync(stack.redisDir, { recursive: true });
  cpSync(older, stack.redisDir, { recursive: true });
  await stack.revive('redis');

  const after = await eventually(async () => {
    const now = await head();
    return now && now.epoch !== before?.epoch && now;
  }, 60_000);
  expect(Number.parseInt(after.epoch, 10)).toBeGreaterThan(Number.parseInt(before?.epoch ?? '', 10));
  const next = await check.deposit(feed, 3);
  await check.announce(feed, 3);
  const later = await postSome(5);
  await Promise.all(flow.observers.map((observer) => observer.untilShown([next, ...later], 60_000)));
  for (const [index, { gaps: reported, shown }] of flow.observers.entries()) {
    expect(reported.length).toBeGreaterThan(gaps[index] ?? 0);
    expect(reported.at(-1)).toMatchObject({ from: { epoch: before?.epoch }, to: { epoch: after.epoch } });
    expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length);
  }
  const currentIds = (await readPage('limit=200')).publications.map(({ notification }) => notification?.id);
  expect(currentIds).toEqual(expect.arrayContaining([...reprocessed, next, ...later]));
  expect(currentIds).not.toEqual(expect.arrayContaining([lost[0]]));
});
