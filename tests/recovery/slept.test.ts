import { Caller, Observer, makeNotifications } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startProxy, type Proxy } from '../support/network/proxy.ts';

const HOUR_MS = 3_600_000;

let stack: Stack;
let proxy: Proxy;
let client: Observer;

beforeAll(async () => {
  stack = await startStack();
  const [{ url }] = stack.bffs as [Pair];
  proxy = await startProxy(() => url);
  client = new Observer('a tab', proxy.url);
  await client.ready();
});
afterAll(async () => {
  vi.useRealTimers();
  client.close();
  await proxy.close();
  await stack.stop();
});

it('should recover a tab that slept for an hour while the connection silently died', async () => {
  const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
  const publish = async () => {
    const notifications = makeNotifications(20);
    await caller.post(notifications);
    return notifications.map(({ id }) => id);
  };
  const before = await publish();
  await client.untilShown(before);
  proxy.silence();
  const missed = await publish();
  const wokeAt = performance.now();
  // While a device sleeps, the clock advances but timers don't.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS });
  await client.untilShown(missed, 10_000);
  console.log(`recovered ${Math.round(performance.now() - wokeAt)} ms after waking up`);
  const after = await publish();
  await client.untilShown(after);
  expect(client.shown.map(({ id }) => id)).toEqual([...before, ...missed, ...after]);
  expect(client.gaps).toEqual([]);
});
