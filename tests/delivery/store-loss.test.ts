import { Caller, Observer, makeNotifications } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRedisView } from '../support/redis/redis.ts';
import { eventually, readHead } from '../support/state.ts';

let stack: Stack;
let caller: Caller;
let observers: Observer[];

beforeAll(async () => {
  stack = await startStack();
  caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
  observers = stack.bffs.map(({ url, name }) => new Observer(name, url));
  await Promise.all(observers.map((observer) => observer.ready()));
});
afterAll(async () => {
  for (const observer of observers) observer.close();
  await stack.stop();
});

const post = async (count: number): Promise<string[]> => {
  const notifications = makeNotifications(count);
  for (const notification of notifications) await caller.post([notification]);
  return notifications.map(({ id }) => id);
};
const head = () => readHead(stack.bffs[0] as Pair, 'all');
const untilAllShown = (ids: string[]) =>
  Promise.all(observers.map((observer) => observer.untilShown(ids, 60_000)));

it('should start a new epoch, notify clients and continue after Redis loses all data', async () => {
  await untilAllShown(await post(20));
  const before = await head();
  const redis = await openRedisView(stack.redisHost);
  await redis.empty();
  await redis.close();
  const after = await eventually(async () => {
    const now = await head();
    return now && now.epoch !== before?.epoch && now;
  }, 60_000);
  expect(Number.parseInt(after.epoch, 10)).toBeGreaterThan(Number.parseInt(before?.epoch ?? '', 10));
  await untilAllShown(await post(5));
  await Promise.all(observers.map((observer) => eventually(async () => observer.gaps.length > 0)));
  for (const { gaps, shown } of observers) {
    expect(gaps.map(({ to }) => to.epoch)).toContain(after.epoch);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length);
  }
});
