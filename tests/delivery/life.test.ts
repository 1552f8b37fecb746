import type { NotificationInput, Page } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisView, type RedisView } from '../support/redis/redis.ts';
import { eventually, readHead } from '../support/state.ts';

let stack: Stack;
let producer: Pair;
let redis: RedisView;
const observers: Observer[] = [];

beforeAll(async () => {
  stack = await startStack();
  producer = stack.producers[0] as Pair;
  redis = await openRedisView(stack.redisHost);
});
afterAll(async () => {
  for (const observer of observers) observer.close();
  await redis.close();
  await stack.stop();
});

/** A client on each instance. */
async function watch(feed: string): Promise<Observer[]> {
  const watching = stack.bffs.map(({ url, name }) => new Observer(name, url, { feed }));
  observers.push(...watching);
  await Promise.all(watching.map((observer) => observer.ready(60_000)));
  return watching;
}

async function request(method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(producer.url + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  expect([response.status, await response.text()]).toEqual([202, expect.any(String)]);
}
const post = (...notifications: NotificationInput[]) => request('POST', '/notifications', notifications);
const retract = (id: string, feed: string) =>
  request('DELETE', `/notifications/${id}?feed=${encodeURIComponent(feed)}`);
const erase = (feed: string) => request('DELETE', `/feeds/${encodeURIComponent(feed)}`);

const pageOf = async ({ url }: Pair, feed: string): Promise<Page> => {
  const response = await fetch(`${url}/app/notifications?feed=${encodeURIComponent(feed)}&limit=200`);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
};
const shown = ({ publications }: Page) =>
  publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.id));
/** Waits until each instance serves these publications. */
const served = (feed: string, ids: string[]) =>
  Promise.all(
    stack.bffs.map((bff) =>
      eventually(async () => JSON.stringify(shown(await pageOf(bff, feed))) === JSON.stringify(ids), 60_000),
    ),
  );
const goneOf = (observer: Observer) => observer.gone.map(({ id, reason }) => `${id} ${reason}`);
const told = (watching: Observer[], gone: string) =>
  Promise.all(watching.map((observer) => eventually(async () => goneOf(observer).includes(gone), 60_000)));
const untilGone = (text: string) => eventually(async () => !(await redis.stateHolds(text)), 60_000);

describe('a retraction', () => {
  it('should remove the notification from screens, pages, history and store', async () => {
    const feed = 'topic:retracted';
    const watching = await watch(feed);
    await post({ id: 'a', feed, title: 'Content of a' }, { id: 'b', feed, title: 'b' });
    await Promise.all(watching.map((observer) => observer.sees(['a', 'b'])));
    await retract('a', feed);
    await told(watching, 'a retracted');
    await served(feed, ['a retracted', 'b', 'a retracted']);
    await untilGone('Content of a');
    await retract('a', feed);
    await post({ id: 'a', feed, title: 'Again' }, { id: 'c', feed, title: 'c' });
    await Promise.all(watching.map((observer) => observer.sees(['c'])));
    await served(feed, ['a retracted', 'b', 'a retracted', 'c']);
  });

  it('should hide a notification that arrives later', async () => {
    const feed = 'topic:before';
    const watching = await watch(feed);
    await retract('a', feed);
    await post({ id: 'a', feed, title: 'Too late' }, { id: 'b', feed, title: 'b' });
    await Promise.all(watching.map((observer) => observer.sees(['b'])));
    await served(feed, ['a retracted', 'b']);
    for (const observer of watching) expect(observer.shown.map(({ id }) => id)).toEqual(['b']);
  });

  it('should be reported to a client that was disconnected', async () => {
    const feed = 'topic:away';
    const [observer] = await watch(feed);
    await post({ id: 'a', feed, title: 'a' });
    await observer?.sees(['a']);
    observer?.close();
    await post({ id: 'b', feed, title: 'b' });
    await retract('a', feed);
    await retract('b', feed);
    await served(feed, ['a retracted', 'b retracted', 'a retracted', 'b retracted']);
    observer?.connect(stack.bffs[1]?.url ?? '');
    await eventually(async () => observer && goneOf(observer).includes('b retracted'));
    expect(observer && goneOf(observer)).toContain('a retracted');
    expect(observer?.shown.map(({ id }) => id)).toEqual(['a']);
    expect(observer?.gaps).toEqual([]);
  });
});

it('should replace the older notification with the same collapse key', async () => {
  const feed = 'topic:collapsed';
  const watching = await watch(feed);
  const keyed = (id: string): NotificationInput => ({
    id,
    feed,
    title: `Content of ${id}`,
    collapseKey: 'k',
  });
  await post(keyed('a'), { id: 'x', feed, title: 'x' });
  await post(keyed('b'));
  await post(keyed('c'), keyed('d'));
  await Promise.all(watching.map((observer) => observer.sees(['d'])));
  await served(feed, ['a replaced', 'x', 'b replaced', 'c replaced', 'd']);
  for (const observer of watching)
    expect(goneOf(observer)).toEqual(expect.arrayContaining(['a replaced', 'b replaced']));
  for (const id of ['a', 'b', 'c']) await untilGone(`Content of ${id}`);
});

it('should hide expired notifications on open pages and in recovery', async () => {
  const feed = 'topic:expired';
  const [open, away] = await watch(feed);
  await post({ id: 'x', feed, title: 'x' });
  await away?.sees(['x']);
  away?.close();
  const expiresAt = new Date(Date.now() + 3_000).toISOString();
  await post({ id: 'a', feed, title: 'a', expiresAt }, { id: 'b', feed, title: 'b' });
  await open?.sees(['a', 'b']);
  await eventually(async () => open && goneOf(open).includes('a expired'));
  await served(feed, ['x', 'a expired', 'b']);
  away?.connect(stack.bffs[0]?.url ?? '');
  await away?.sees(['b']);
  expect(away?.shown.map(({ id }) => id)).toEqual(['x', 'b']);
});

it('should erase a feed with all its data, notify the clients and continue', async () => {
  const feed = 'user:erased ä';
  const other = 'topic:kept';
  const watching = await watch(feed);
  await post({ id: 'k', feed: other, title: 'Kept' }, { id: 'a', feed, title: 'Secret of a' });
  await retract('x', feed);
  await Promise.all(watching.map((observer) => observer.sees(['a'])));
  const before = await readHead(stack.bffs[0] as Pair, feed);
  const [away] = watching;
  away?.close();
  await erase(feed);
  await served(feed, []);
  await untilGone('Secret');
  for (const { key } of [...(before?.segments ?? []), ...(before?.ids ?? []), ...(before?.retractions ?? [])])
    expect(await redis.keys(`*${key}`)).toEqual([]);
  await served(other, ['k']);
  await post({ id: 'a', feed, title: 'New' }, { id: 'x', feed, title: 'x' });
  await served(feed, ['a', 'x']);
  away?.connect(stack.bffs[1]?.url ?? '');
  for (const observer of watching) {
    await observer.sees(['x'], 60_000);
    expect(observer.gaps).toEqual([expect.objectContaining({ erased: true })]);
  }
});

describe('kill -9 of an instance', () => {
  /** Restarts all instances, with or without failpoints. */
  async function restartAll(env: Record<string, string> = {}): Promise<void> {
    for (const { app } of stack.bffs) {
      await app.kill();
      await app.start({ env });
    }
    await Promise.all(stack.bffs.map((pair) => pair.ready(60_000)));
  }

  it.each(['committed', 'popped', 'broadcast'])(
    'should complete a retraction and an erasure if killed after it had %s',
    async (step) => {
      const [feed, gone] = [`topic:killed-${step}`, `topic:erased-${step}`];
      const watching = await watch(feed);
      await post(
        { id: 'a', feed, title: `Killed at ${step}` },
        { id: 'b', feed, title: 'b' },
        { id: 'c', feed: gone, title: `Erased at ${step}` },
      );
      await Promise.all(watching.map((observer) => observer.sees(['a', 'b'])));
      await served(gone, ['c']);
      await restartAll({ FAILPOINTS: `${step}=kill@1` });
      await Promise.all([retract('a', feed), erase(gone)]);
      await eventually(async () => stack.bffs.some(({ app }) => !app.running), 60_000);
      await restartAll();
      await told(watching, 'a retracted');
      await served(feed, ['a retracted', 'b', 'a retracted']);
      await served(gone, []);
      await untilGone(`Killed at ${step}`);
      await untilGone(`Erased at ${step}`);
      await post({ id: 'd', feed, title: 'd' }, { id: 'd', feed: gone, title: 'd' });
      await Promise.all(watching.map((observer) => observer.sees(['d'], 60_000)));
      await served(gone, ['d']);
    },
  );
});
