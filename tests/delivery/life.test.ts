import type { NotificationInput } from '@tocsin/contracts';
import { Caller } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumMetric } from '../support/observe/metrics.ts';
import { formatGone, useFeeds, type Feeds } from '../support/processes/feeds.ts';
import { eventually, readHead } from '../support/state.ts';

let stack: Stack;
let feeds: Feeds;

beforeAll(async () => {
  stack = await startStack({ producers: 2 });
  feeds = await useFeeds(stack);
});
afterAll(async () => {
  await feeds.close();
  await stack.stop();
});

describe('a retraction', () => {
  it('should remove the notification from screens, pages, the history and the store', async () => {
    const feed = 'topic:retracted';
    const watching = await feeds.watch(feed);
    await feeds.post({ id: 'a', feed, title: 'Content of a' }, { id: 'b', feed, title: 'b' });
    await Promise.all(watching.map((observer) => observer.untilShown(['a', 'b'])));
    await feeds.retract('a', feed);
    await feeds.untilGoneOnClients(watching, 'a retracted');
    await feeds.untilServed(feed, ['a retracted', 'b', 'a retracted']);
    await feeds.untilNotStored('Content of a');
    await feeds.retract('a', feed);
    await feeds.post({ id: 'a', feed, title: 'Again' }, { id: 'c', feed, title: 'c' });
    await Promise.all(watching.map((observer) => observer.untilShown(['c'])));
    await feeds.untilServed(feed, ['a retracted', 'b', 'a retracted', 'c']);
  });

  it('should hide a notification that arrives after the retraction', async () => {
    const feed = 'topic:before';
    const watching = await feeds.watch(feed);
    await feeds.retract('a', feed);
    await feeds.post({ id: 'a', feed, title: 'Too late' }, { id: 'b', feed, title: 'b' });
    await Promise.all(watching.map((observer) => observer.untilShown(['b'])));
    await feeds.untilServed(feed, ['a retracted', 'b']);
    for (const observer of watching) expect(observer.shown.map(({ id }) => id)).toEqual(['b']);
  });

  it('should hide a notification that another producer publishes after the retraction', async () => {
    const feed = 'topic:two-producers';
    const watching = await feeds.watch(feed);
    const [first = '', second = ''] = stack.producers.map(({ url }) => url);
    const [retractor, publisher] = [new Caller({ urls: [first] }), new Caller({ urls: [second] })];
    const ids = Array.from({ length: 40 }, (_, i) => `early-${i}`);
    const published: string[] = [];
    const countUnclaimed = () =>
      sumMetric(stack.producers, 'tocsin_producer_retractions_unclaimed_total', {});
    for (const id of ids) {
      const before = await countUnclaimed();
      await retractor.retract(feed, id);
      // Skip the id if the bffs didn't claim the retraction while the producer waited. This can happen on a very busy
      // machine.
      if ((await countUnclaimed()) > before) continue;
      await publisher.post([{ id, feed, title: 'Too late' }]);
      published.push(id);
    }
    expect(published.length).toBeGreaterThan(20);
    await publisher.post([{ id: 'last', feed, title: 'last' }]);
    await Promise.all(watching.map((observer) => observer.untilShown(['last'])));
    for (const observer of watching) expect(observer.shown.map(({ id }) => id)).toEqual(['last']);
  });

  it('should reach a client that was disconnected', async () => {
    const feed = 'topic:away';
    const [observer] = await feeds.watch(feed);
    await feeds.post({ id: 'a', feed, title: 'a' });
    await observer?.untilShown(['a']);
    observer?.close();
    await feeds.post({ id: 'b', feed, title: 'b' });
    await feeds.retract('a', feed);
    await feeds.retract('b', feed);
    await feeds.untilServed(feed, ['a retracted', 'b retracted', 'a retracted', 'b retracted']);
    observer?.connect(stack.bffs[1]?.url ?? '');
    await eventually(async () => observer && formatGone(observer).includes('b retracted'));
    expect(observer && formatGone(observer)).toContain('a retracted');
    expect(observer?.shown.map(({ id }) => id)).toEqual(['a']);
    expect(observer?.gaps).toEqual([]);
  });
});

it('should replace an older notification with the same collapse key', async () => {
  const feed = 'topic:collapsed';
  const watching = await feeds.watch(feed);
  const keyed = (id: string): NotificationInput => ({
    id,
    feed,
    title: `Content of ${id}`,
    collapseKey: 'k',
  });
  await feeds.post(keyed('a'), { id: 'x', feed, title: 'x' });
  await feeds.post(keyed('b'));
  await feeds.post(keyed('c'), keyed('d'));
  await Promise.all(watching.map((observer) => observer.untilShown(['d'])));
  await feeds.untilServed(feed, ['a replaced', 'x', 'b replaced', 'c replaced', 'd']);
  for (const observer of watching)
    expect(formatGone(observer)).toEqual(expect.arrayContaining(['a replaced', 'b replaced']));
  for (const id of ['a', 'b', 'c']) await feeds.untilNotStored(`Content of ${id}`);
});

it('should hide expired notifications on open pages and in recovery', async () => {
  const feed = 'topic:expired';
  const [open, away] = await feeds.watch(feed);
  await feeds.post({ id: 'x', feed, title: 'x' });
  await away?.untilShown(['x']);
  away?.close();
  const expiresAt = new Date(Date.now() + 6_000).toISOString();
  await feeds.post({ id: 'a', feed, title: 'a', expiresAt }, { id: 'b', feed, title: 'b' });
  await open?.untilShown(['a', 'b']);
  await eventually(async () => open && formatGone(open).includes('a expired'));
  await feeds.untilServed(feed, ['x', 'a expired', 'b']);
  away?.connect(stack.bffs[0]?.url ?? '');
  await away?.untilShown(['b']);
  expect(away?.shown.map(({ id }) => id)).toEqual(['x', 'b']);
});

it('should erase a feed and all of the feed’s data, notify clients and continue', async () => {
  const feed = 'user:erased ä';
  const other = 'topic:kept';
  const watching = await feeds.watch(feed);
  await feeds.post({ id: 'k', feed: other, title: 'Kept' }, { id: 'a', feed, title: 'Secret of a' });
  await feeds.retract('x', feed);
  await Promise.all(watching.map((observer) => observer.untilShown(['a'])));
  const before = await readHead(stack.bffs[0] as Pair, feed);
  const [away] = watching;
  away?.close();
  await feeds.erase(feed);
  await feeds.untilServed(feed, []);
  await feeds.untilNotStored('Secret');
  for (const { key } of [...(before?.segments ?? []), ...(before?.ids ?? []), ...(before?.retractions ?? [])])
    await expect.poll(() => feeds.redis.keys(`*${key}`)).toEqual([]);
  await feeds.untilServed(other, ['k']);
  await feeds.post({ id: 'a', feed, title: 'New' }, { id: 'x', feed, title: 'x' });
  await feeds.untilServed(feed, ['a', 'x']);
  away?.connect(stack.bffs[1]?.url ?? '');
  for (const observer of watching) {
    await observer.untilShown(['x'], 60_000);
    expect(observer.gaps).toEqual([expect.objectContaining({ erased: true })]);
  }
});
