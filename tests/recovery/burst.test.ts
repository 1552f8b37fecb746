import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, makeNotifications } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';

const CLIENTS = 10;

let stack: Stack;
const clients: Observer[] = [];

beforeAll(async () => {
  stack = await startStack();
  const urls = stack.bffs.map(({ url }) => url);
  for (let i = 0; i < CLIENTS; i++)
    clients.push(new Observer(`client ${i + 1}`, urls[i % urls.length] as string));
  await Promise.all(clients.map((client) => client.ready()));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await stack.stop();
});

it('should recover clients that switch between instances during a burst', async () => {
  const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
  let isBursting = true;
  let returns = 0;
  const reconnecting = clients.map(async (client, index) => {
    while (isBursting) {
      // A disconnected client misses zero, a few or a few hundred pushes.
      const pauseMs = [0, 30, 300][returns++ % 3] as number;
      client.close();
      await delay(pauseMs);
      client.connect(stack.bffs[(index + returns) % stack.bffs.length]?.url as string);
      await delay(100 + 20 * index);
    }
  });
  for (let part = 0; part < 5; part++) {
    const singles = caller.postSingly(makeNotifications(300, { label: `single-${part}` }), 32);
    for (let array = 0; array < 3; array++)
      await caller.post(makeNotifications(100, { label: `array-${part}` }));
    await singles;
  }
  isBursting = false;
  await Promise.all(reconnecting);
  await Promise.all(clients.map((client) => client.untilShown(caller.acknowledged.keys())));
  const results = clients.map((client) => audit(client, caller.acknowledged.keys()));
  console.log(`${caller.acknowledged.size} notifications, ${returns} reconnects during the burst`);
  expect(results.filter((result) => !isClean(result) || result.reportedGaps > 0)).toEqual([]);
  expect(new Set(clients.map(({ shown }) => shown.map(({ id }) => id).join())).size).toBe(1);
  expect(returns).toBeGreaterThan(CLIENTS);
});
