import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, makeNotifications } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBalancer } from '../support/network/balancer.ts';
import type { Proxy } from '../support/network/proxy.ts';
import { earlierRelease, RELEASE_0_1_0 } from './earlier-release.ts';

const FEEDS = ['all', ...Array.from({ length: 9 }, (_, index) => `user:reader-${index + 1}`)];
/** How long both versions run side by side in each step, in ms. */
const SIDE_BY_SIDE_MS = 6_000;
/** A bff of 0.1.0 doesn't understand a broadcast of several feeds, and shows it up to 30 s later, after its next comparison. */
const CATCH_UP_MS = 60_000;

let stack: Stack;
let balancer: Proxy;
let earlier: string;
const behindBalancer: Pair[] = [];
const producerUrls: string[] = [];
const observers: Observer[] = [];

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

/** Stops a pair permanently. If it is a producer, first removes its address from the publishers' list. */
async function retire(pair: Pair): Promise<void> {
  const index = producerUrls.indexOf(pair.url);
  if (index >= 0) producerUrls.splice(index, 1);
  await pair.stop();
}

/** Kills an application without warning, and restarts it. */
async function kill(pair: Pair): Promise<void> {
  await pair.app.kill();
  await pair.app.start();
  await pair.ready(60_000);
}

beforeAll(async () => {
  earlier = await earlierRelease(RELEASE_0_1_0);
  stack = await startStack({ bffs: 0, producers: 0 });
}, 300_000);
afterAll(async () => {
  for (const observer of observers) observer.close();
  await balancer?.close();
  await stack?.stop();
});

it('should lose, duplicate and reorder nothing while 0.1.0 is replaced under load', async () => {
  const oldProducer = await add('producer', 'old-producer', earlier);
  const oldBffs = [await add('bff', 'old-bff-1', earlier), await add('bff', 'old-bff-2', earlier)] as const;
  balancer = await startBalancer(behindBalancer);
  for (const feed of FEEDS) {
    for (const device of ['laptop', 'phone'])
      observers.push(new Observer(`${feed} on ${device}`, balancer.url, { feed }));
  }
  await Promise.all(observers.map((observer) => observer.ready()));

  const callers = FEEDS.map((feed) => ({ feed, caller: new Caller({ urls: producerUrls }) }));
  let publishing = true;
  const load = Promise.all(
    callers.map(async ({ feed, caller }) => {
      while (publishing) {
        const [notification] = makeNotifications(1, { label: feed });
        if (notification) await caller.post([{ ...notification, feed }]);
        await delay(100);
      }
    }),
  );

  await delay(SIDE_BY_SIDE_MS);
  const newBff = await add('bff', 'new-bff-1');
  await delay(SIDE_BY_SIDE_MS);
  await retire(oldBffs[0]);
  await delay(SIDE_BY_SIDE_MS);
  await kill(oldBffs[1]);
  await kill(newBff);
  const newProducer = await add('producer', 'new-producer');
  await delay(SIDE_BY_SIDE_MS);
  await kill(oldProducer);
  await kill(newProducer);
  await delay(SIDE_BY_SIDE_MS);
  await retire(oldProducer);
  await add('bff', 'new-bff-2');
  await retire(oldBffs[1]);
  await delay(SIDE_BY_SIDE_MS);
  publishing = false;
  await load;

  const acknowledged = new Map(callers.map(({ feed, caller }) => [feed, caller.acknowledged]));
  const idsOf = (observer: Observer) => [...(acknowledged.get(observer.feed)?.keys() ?? [])];
  await Promise.all(observers.map((observer) => observer.sees(idsOf(observer), CATCH_UP_MS)));
  const total = [...acknowledged.values()].reduce((sum, ids) => sum + ids.size, 0);
  const shown = observers.reduce((sum, observer) => sum + observer.shown.length, 0);
  console.log(
    `0.1.0 replaced under load: ${total} acknowledged, ${shown} shown on ${observers.length} devices`,
  );
  const accounts = observers.map((observer) => audit(observer, idsOf(observer)));
  expect(accounts.filter((account) => !isClean(account) || account.reportedGaps > 0)).toEqual([]);
});
