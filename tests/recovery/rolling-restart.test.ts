import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, longestPause } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBalancer } from '../support/network/balancer.ts';
import type { Proxy } from '../support/network/proxy.ts';
import { startStream } from '../support/stream.ts';

const CLIENTS = 20;

let stack: Stack;
let balancer: Proxy;
const clients: Observer[] = [];

beforeAll(async () => {
  stack = await startStack();
  balancer = await startBalancer(stack.bffs);
  for (let i = 0; i < CLIENTS; i++) clients.push(new Observer(`client ${i + 1}`, balancer.url));
  await Promise.all(clients.map((client) => client.ready()));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await balancer.close();
  await stack.stop();
});

it('should restart the instances one by one without readers noticing', async () => {
  const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
  const stream = startStream(caller, 'rolling');
  await delay(1_000);
  const from = Date.now();
  for (const pair of stack.bffs) {
    await pair.app.stop();
    expect(pair.app.lastExit).toEqual({ code: 0, signal: null });
    await pair.app.start();
    await pair.ready();
    await delay(1_000);
  }
  const to = Date.now();
  await stream.stop();
  await Promise.all(clients.map((client) => client.untilShown(caller.acknowledged.keys())));
  const longest = Math.max(...clients.map((client) => longestPause([client], from, to)));
  console.log(
    `${stack.bffs.length} instances restarted in ${to - from} ms under load: longest pause for a client ${Math.round(longest)} ms`,
  );
  const results = clients.map((client) => audit(client, caller.acknowledged.keys()));
  expect(results.filter((result) => !isClean(result) || result.reportedGaps > 0)).toEqual([]);
  // A page shows "connecting" while it loads. After "live", a reader would notice any other state.
  for (const { name, statuses } of clients)
    expect({ name, statuses }).toMatchObject({ statuses: [{ status: 'live' }] });
  expect(caller.retries).toBe(0);
});
