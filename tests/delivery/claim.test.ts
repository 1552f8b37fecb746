import { setTimeout as delay } from 'node:timers/promises';
import { entryKey } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartBffs } from '../support/processes/restart.ts';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { openRedisView } from '../support/redis/redis.ts';
import { eventually, readHead, readSetAside, readSetAsideIndex } from '../support/state.ts';

describe('instances that claim entries', () => {
  let stack: Stack;
  let producer: Pair;
  let bff: Pair;
  const observers: Observer[] = [];

  beforeAll(async () => {
    stack = await startStack();
    [producer, bff] = [stack.producers[0] as Pair, stack.bffs[0] as Pair];
  });
  afterAll(async () => {
    for (const observer of observers) observer.close();
    await stack.stop();
  });

  async function watch(feed: string): Promise<Observer[]> {
    const watching = stack.bffs.map(({ url, name }) => new Observer(name, url, { feed }));
    observers.push(...watching);
    await Promise.all(watching.map((observer) => observer.ready(60_000)));
    return watching;
  }
  const untilAllShown = (watching: Observer[], ids: string[]) =>
    Promise.all(watching.map((observer) => observer.untilShown(ids)));
  const shownIds = (observer: Observer) => observer.shown.map(({ id }) => id);

  it('should process each entry once while competing for it', async () => {
    const feed = 'topic:compete';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    const ids: string[] = [];
    for (let seq = 1; seq <= 40; seq++) {
      ids.push(await check.deposit(feed, seq));
      await Promise.all([check.announce(feed, seq), check.announce(feed, seq)]);
    }
    await untilAllShown(watching, ids);
    await delay(500);
    for (const observer of watching) expect(shownIds(observer)).toEqual(ids);
    expect((await readHead(bff, feed))?.offset).toBe(40);
    // An instance that reads the new head doesn't wait for the broadcast, and can show notifications before the
    // entry is claimed.
    for (let seq = 1; seq <= 40; seq++) await expect.poll(() => check.isUnclaimed(feed, seq)).toBe(false);
  });

  it('should not show notifications again when their claimed entry is re-announced', async () => {
    const feed = 'topic:again';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    const first = await check.deposit(feed, 1);
    await check.announce(feed, 1);
    await untilAllShown(watching, [first]);
    // Restoring the entry simulates a late write.
    await check.deposit(feed, 1);
    await check.announce(feed, 1);
    const second = await check.deposit(feed, 2);
    await check.announce(feed, 2);
    await untilAllShown(watching, [second]);
    for (const observer of watching) expect(shownIds(observer)).toEqual([first, second]);
    expect(await readSetAside(bff, entryKey({ run: check.run, feed, seq: 1 }))).toBeUndefined();
  });

  it('should process an entry with a lost announcement as soon as the next entry is announced', async () => {
    const feed = 'topic:lost';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    const ids = [await check.deposit(feed, 1)];
    await check.announce(feed, 1);
    await untilAllShown(watching, ids);
    ids.push(await check.deposit(feed, 2), await check.deposit(feed, 3));
    await check.announce(feed, 3);
    await untilAllShown(watching, ids);
    for (const observer of watching) expect(shownIds(observer)).toEqual(ids);
  });

  it('should process all entries of a run in order if only the last entry is announced', async () => {
    const feed = 'topic:unknown';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    const ids: string[] = [];
    for (let seq = 1; seq <= 25; seq++) ids.push(await check.deposit(feed, seq));
    await check.announce(feed, 25);
    await untilAllShown(watching, ids);
    for (const observer of watching) expect(shownIds(observer)).toEqual(ids);
  });

  it('should set aside a damaged entry with its content and not delay other entries', async () => {
    const feed = 'topic:poison';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    const ids = [await check.deposit(feed, 1)];
    await check.deposit(feed, 2, (entry) => ({ ...entry, notifications: [{ title: 7 }] }));
    await check.deposit(feed, 3, () => 'not an entry');
    ids.push(await check.deposit(feed, 4));
    await check.announce(feed, 4);
    await untilAllShown(watching, ids);
    for (const observer of watching) expect(shownIds(observer)).toEqual(ids);
    const entry = entryKey({ run: check.run, feed, seq: 2 });
    expect(await readSetAsideIndex(bff)).toContain(entry);
    const record = await readSetAside(bff, entry);
    expect(record).toMatchObject({ entry, feed, reason: 'invalid' });
    expect(record?.faults.join()).toContain('notifications.0.title');
    expect(record?.content).toContain('"title":7');
    // Notifications can be shown before their entries are claimed.
    await expect.poll(() => check.isUnclaimed(feed, 2)).toBe(false);
  });

  it('should report that an announced entry is missing, skip its number and continue', async () => {
    const feed = 'topic:missing';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    await check.announce(feed, 1);
    const entry = entryKey({ run: check.run, feed, seq: 1 });
    expect(await eventually(() => readSetAside(bff, entry))).toMatchObject({
      reason: 'missing',
      content: null,
    });
    const second = await check.deposit(feed, 2);
    await check.announce(feed, 2);
    await untilAllShown(watching, [second]);
  });

  it('should deliver a dead letter', async () => {
    const feed = 'topic:dead';
    const watching = await watch(feed);
    const check = new ClaimCheck(producer);
    // Every attempt fails until the retries are exhausted. After that, the instances recover.
    await restartBffs(stack, { FAILPOINTS: 'received=fail' });
    const id = await check.deposit(feed, 1);
    await check.announce(feed, 1);
    const redis = await openRedisView(stack.redisHost);
    await eventually(async () => (await redis.deadLetters()) > 0, 60_000);
    await redis.close();
    await restartBffs(stack);
    await Promise.all(watching.map((observer) => observer.untilShown([id], 60_000)));
    for (const observer of watching) expect(shownIds(observer)).toEqual([id]);
  });
});
