import { setTimeout as delay } from 'node:timers/promises';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFeedLoad, type FeedLoad } from '../support/feed-load.ts';
import { startBalancer } from '../support/network/balancer.ts';
import type { Proxy } from '../support/network/proxy.ts';
import { restart } from '../support/processes/restart.ts';
import { earlierRelease, RELEASE_0_1_0 } from './earlier-release.ts';

const FEEDS = ['all', ...Array.from({ length: 9 }, (_, index) => `user:reader-${index + 1}`)];
/** Time that both versions run side by side in each step (ms). */
const SIDE_BY_SIDE_MS = 6_000;
/**
 * Time limit for devices to catch up (ms). A 0.1.0 bff can't read a broadcast for several feeds. Its devices get these
 * notifications up to 30 s later, when the bff next compares the feeds with their heads.
 */
const CATCH_UP_MS = 60_000;

let stack: Stack;
let balancer: Proxy;
let earlier: string;
const behindBalancer: Pair[] = [];
const producerUrls: string[] = [];
let load: FeedLoad | undefined;

async function add(appId: 'producer' | 'bff', name: string, root?: string): Promise<Pair> {
  const pair = await stack.addPair(appId, name, root);
  await startPair(pair);
  if (appId === 'bff') behindBalancer.push(pair);
  else producerUrls.push(pair.url);
  return pair;
}

async function startPair(pair: Pair): Promise<void> {
  await Promise.all([pair.app.start(), pair.sidecar.start()]);
  await pair.ready(60_000);
}

/** Stops a pair permanently. If it's a producer, first removes its address from the publishers' list. */
async function retire(pair: Pair): Promise<void> {
  const index = producerUrls.indexOf(pair.url);
  if (index >= 0) producerUrls.splice(index, 1);
  await pair.stop();
}

beforeAll(async () => {
  earlier = await earlierRelease(RELEASE_0_1_0);
  stack = await startStack({ bffs: 0, producers: 0 });
}, 300_000);
afterAll(async () => {
  load?.close();
  await balancer?.close();
  await stack?.stop();
});

it('should not lose, duplicate or reorder notifications while 0.1.0 is replaced under load', async () => {
  const oldProducer = await add('producer', 'old-producer', earlier);
  const oldBffs = [await add('bff', 'old-bff-1', earlier), await add('bff', 'old-bff-2', earlier)] as const;
  balancer = await startBalancer(behindBalancer);
  load = await startFeedLoad({ feeds: FEEDS, url: balancer.url, producerUrls });

  await delay(SIDE_BY_SIDE_MS);
  const newBff = await add('bff', 'new-bff-1');
  await delay(SIDE_BY_SIDE_MS);
  await retire(oldBffs[0]);
  await delay(SIDE_BY_SIDE_MS);
  await restart([oldBffs[1]]);
  await restart([newBff]);
  const newProducer = await add('producer', 'new-producer');
  await delay(SIDE_BY_SIDE_MS);
  await restart([oldProducer]);
  await restart([newProducer]);
  await delay(SIDE_BY_SIDE_MS);
  await retire(oldProducer);
  await add('bff', 'new-bff-2');
  await retire(oldBffs[1]);
  await delay(SIDE_BY_SIDE_MS);
  await load.stop();

  const { acknowledged, shown, devices, faults } = await load.audit(CATCH_UP_MS);
  console.log(
    `0.1.0 replaced under load: ${acknowledged} acknowledged, ${shown} shown on ${devices} devices`,
  );
  expect(faults).toEqual([]);
});
