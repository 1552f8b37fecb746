import { setTimeout as delay } from 'node:timers/promises';
import { makeNotifications } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { sumMetric } from '../support/observe/metrics.ts';
import { openRedisView, type RedisView } from '../support/redis/redis.ts';
import { eventually, readSetAside } from '../support/state.ts';
import { startStream } from '../support/stream.ts';

/** Longer (ms) than processingTimeout, all inbound retries in components/ and the redelivery combined. */
const OUTAGE_MS = 18_000;

let stack: Stack;
let flow: Flow;
let redis: RedisView;

beforeAll(async () => {
  stack = await startStack();
  flow = new Flow(stack);
  redis = await openRedisView(stack.redisHost);
  await flow.ready();
});
afterAll(async () => {
  await redis.close();
  flow.close();
  await stack.stop();
});

const killAll = () => Promise.all(stack.bffs.map(({ app }) => app.kill()));
const restartAll = async () => {
  await Promise.all(stack.bffs.map(({ app }) => app.start()));
  await Promise.all(stack.bffs.map((pair) => pair.ready(60_000)));
};
const acknowledged = () => [...flow.caller.acknowledged.keys()];

it('should set aside and count entries that expired during an outage, and not delay other entries', async () => {
  // Publish once first: a partition reports missing entries only in runs that it has seen.
  await flow.caller.post(makeNotifications(1));
  await flow.complete();
  await killAll();
  const [first, second, third] = makeNotifications(3).map((notification) => [notification]);
  for (const request of [first, second]) await flow.caller.post(request ?? []);
  const expiring = (await redis.announcements()).at(-1);
  const [key = ''] = await redis.keys(`entry:*:${expiring?.run}:${expiring?.seq}`);
  await redis.expire(key);
  flow.caller.acknowledged.delete(second?.[0]?.id ?? '');
  await flow.caller.post(third ?? []);
  await restartAll();
  await flow.complete(60_000);
  for (const { shown, gaps } of flow.observers) {
    expect(shown.map(({ id }) => id)).toEqual(acknowledged());
    expect(gaps).toEqual([]);
  }
  const record = await eventually(() => readSetAside(stack.bffs[0] as Stack['bffs'][number], key));
  expect(record).toMatchObject({ entry: key, feed: '', reason: 'missing', content: null });
  const countMissing = () =>
    sumMetric(stack.bffs, 'tocsin_bff_entries_set_aside_total', { reason: 'missing' });
  await expect.poll(countMissing).toBe(1);
});

it('should deliver all notifications once and in order after an outage that outlasts all retries', async () => {
  const stream = startStream(flow.caller, 'away');
  await delay(1_000);
  await killAll();
  await delay(OUTAGE_MS);
  await stream.stop();
  const back = Date.now();
  await restartAll();
  await flow.complete(60_000);
  const ids = acknowledged();
  for (const { shown, gaps } of flow.observers) {
    expect(shown.map(({ id }) => id)).toEqual(ids);
    expect(gaps).toEqual([]);
  }
  console.log(
    `${ids.length} notifications arrived within ${Date.now() - back} ms of the restart of all instances`,
  );
});
