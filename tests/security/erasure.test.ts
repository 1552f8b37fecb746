import { createHash } from 'node:crypto';
import {
  APP_IDS,
  COMPONENTS,
  DOCUMENT_VERSION,
  ENTRY_LIFE_MS,
  TOPICS,
  entryKey,
  segmentKey,
  type Page,
} from '@tocsin/contracts';
import { startStack, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOf, prefixOf } from '../../producer/src/schedule/names.ts';
import { keysWith } from '../support/redis/every-key.ts';
import { eventually } from '../support/state.ts';

/** The time limit guaranteed in the `DELETE` documentation. */
const WITHIN_MS = 60_000;

let stack: Stack;
let redis: ReturnType<typeof createClient>;
beforeAll(async () => {
  stack = await startStack({ bffs: 2 });
  redis = createClient({ url: `redis://${stack.redisHost}` });
  await redis.connect();
});
afterAll(async () => {
  await redis.close();
  await stack.stop();
});

const url = () => stack.producers[0]?.url ?? '';
const send = async (method: string, path: string, body?: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return (await fetch(`${url()}${path}`, init)).status;
};
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const page = async (feed: string): Promise<Page> =>
  (await (
    await fetch(`${stack.bffs[0]?.url}/app/notifications?feed=${encodeURIComponent(feed)}`)
  ).json()) as Page;
const titles = async (feed: string) =>
  (await page(feed)).publications.map(({ notification }) => notification?.title);

/** Adds an event to a topic as if a sidecar had published it at `time`. */
const publishEvent = (topic: string, data: unknown, { id = `e-${Math.random()}`, time = Date.now() } = {}) =>
  redis.xAdd(topic, '*', {
    data: JSON.stringify({
      ...{
        specversion: '1.0',
        id,
        source: 'shop',
        type: 'com.dapr.event.sent',
        datacontenttype: 'application/json',
      },
      ...{ topic, pubsubname: COMPONENTS.pubsub, data },
      time: `${new Date(time).toISOString().slice(0, 19)}Z`,
    }),
  });
/** Deposits an entry as if a producer had done so `ageMs` ago. */
const deposit = async (feed: string, run: string, item: object, ageMs = 0) => {
  const expiresAt = new Date(Date.now() + ENTRY_LIFE_MS - ageMs).toISOString();
  const announcement = { v: DOCUMENT_VERSION, run, feed, seq: 1, expiresAt };
  await redis.set(entryKey(announcement), JSON.stringify({ ...announcement, notifications: [item] }));
  return announcement;
};
const notification = (feed: string, title: string, id: string, ageMs = 60_000) => ({
  ...{ id, feed, title, severity: 'info', createdAt: new Date(Date.now() - ageMs).toISOString() },
});

describe('content', () => {
  it('should be permanently gone from Redis a minute after the feed was erased', async () => {
    const feed = 'user:erased ä';
    const secret = 'S3CRET-by-feed';
    const draft = (id: string, more = {}) => ({ id, feed, title: secret, ...more });
    // Content published over HTTP and by event, and scheduled for soon and for later.
    expect(await send('POST', '/notifications', [draft('a'), draft('b'), draft('c')])).toBe(202);
    expect(await send('POST', '/notifications', draft('near', { deliverAt: inSeconds(55) }))).toBe(202);
    expect(await send('POST', '/notifications', draft('far', { deliverAt: inSeconds(7_200) }))).toBe(202);
    await publishEvent(TOPICS.notifications, draft('by-event'));
    await eventually(async () => (await titles(feed)).length === 4);
    // Rejected events: an event for this feed, and an unreadable event.
    await publishEvent(TOPICS.notifications, draft('refused', { title: '', body: secret }));
    await publishEvent(TOPICS.notifications, { feed, secret });
    // Four kinds of content: set aside, never announced, orphaned by a rejected commit, and missing from the schedule
    // index.
    const broken = await deposit(feed, 'Broken01', { ...notification(feed, secret, 'x'), severity: 'loud' });
    await publishEvent(TOPICS.announcements, broken);
    await eventually(async () => (await redis.keys('bff||set-aside:*')).length === 3);
    await deposit(feed, 'Orphan01', notification(feed, secret, 'orphan'), 30_000);
    const segment = {
      v: DOCUMENT_VERSION,
      publications: [{ offset: 1, notification: notification(feed, secret, 's') }],
    };
    await redis.hSet(`bff||${segmentKey('user:era', 'garbage')}`, {
      data: JSON.stringify(segment),
      version: '1',
    });
    const unlisted = {
      v: DOCUMENT_VERSION,
      at: Date.now() + 3_600_000,
      notification: notification(feed, secret, 'l'),
    };
    await redis.hSet('producer||soon:unlisted', { data: JSON.stringify(unlisted), version: '1' });
    expect((await keysWith(stack.redisHost, secret)).length).toBeGreaterThan(7);
    // The due window's index, one document in the due window, and one in the schedule index.
    expect(await keysWith(stack.redisHost, prefixOf(feed))).toHaveLength(3);

    const requestedAt = Date.now();
    expect(await send('DELETE', `/feeds/${encodeURIComponent(feed)}`)).toBe(202);
    const respondedAt = Date.now();
    // In progress when the feed was erased: an event that is being retried, another event, and another producer's
    // entry.
    await publishEvent(TOPICS.deadNotifications, draft('late'), { time: requestedAt - 5_000 });
    await publishEvent(TOPICS.notifications, draft('late-too'), { time: requestedAt - 1_500 });
    const late = await deposit(feed, 'Late0001', notification(feed, secret, 'late-entry', 10_000));
    await publishEvent(TOPICS.announcements, late);
    // Notifications published after the erasure are kept.
    expect(await send('POST', '/notifications', { ...draft('after'), title: 'after' })).toBe(202);
    await publishEvent(TOPICS.notifications, { ...draft('after-event'), title: 'after' });
    await eventually(async () => (await titles(feed)).length === 2);
    await eventually(async () => (await keysWith(stack.redisHost, secret)).length === 0, WITHIN_MS).catch(
      async () => expect(await keysWith(stack.redisHost, secret)).toEqual([]),
    );
    console.log(`gone from Redis ${Date.now() - respondedAt} ms after the response to the erasure`);
    expect(await titles(feed)).toEqual(['after', 'after']);
    expect(await keysWith(stack.redisHost, prefixOf(feed))).toEqual([]);

    const [producer] = stack.producers;
    for (const id of ['near', 'far']) {
      const job = `${producer?.daprUrl}/v1.0/jobs/${encodeURIComponent(nameOf(feed, { id: id }))}`;
      const response = await fetch(job, { ...(producer && { headers: producer.daprHeaders }) });
      expect([id, response.ok]).toEqual([id, false]);
    }
    // The partition's host records the feed's erasure. For announcements in 0.1.0's format, the feed's host does too.
    expect(await redis.xLen('tocsin:erasures')).toBeLessThanOrEqual(2);
  });

  it('should be gone from Redis a minute after it was retracted, while other content remains', async () => {
    const secret = 'S3CRET-by-id';
    const feed = 'topic:kept';
    const draft = (id: string, more = {}) => ({ id, feed, title: secret, ...more });
    await send('POST', '/notifications', [draft('gone'), { id: 'stays', feed, title: 'stays' }]);
    await send('POST', '/notifications', draft('gone-far', { deliverAt: inSeconds(7_200) }));
    await publishEvent(TOPICS.notifications, [
      draft('gone-refused', { severity: 'loud' }),
      { id: 'stays-refused', feed, title: 'stays', severity: 'loud' },
    ]);
    // These event ids aren't valid notification ids, so the notifications get hashed ids, which are retracted below.
    await publishEvent(TOPICS.notifications, draft('', { id: undefined }), { id: 'no id / at all' });
    await publishEvent(TOPICS.notifications, draft('', { id: undefined, severity: 'loud' }), {
      id: 'refused / id',
    });
    await publishEvent(TOPICS.notifications, secret, { id: 'no JSON / id' });
    const broken = await deposit(feed, 'Broken02', {
      ...notification(feed, secret, 'gone-set-aside'),
      severity: 'loud',
    });
    await publishEvent(TOPICS.announcements, broken);
    const isSetAside = async () => (await redis.keys('bff||set-aside:*')).length === 4;
    await eventually(async () => (await titles(feed)).length === 3 && (await isSetAside()));
    await deposit(feed, 'Orphan02', notification(feed, secret, 'gone-orphan'), 30_000);

    const ids = ['gone', 'gone-far', 'gone-refused', 'gone-set-aside', 'gone-orphan', 'gone-early'];
    for (const id of ['no id / at all', 'refused / id', 'no JSON / id'])
      ids.push(`event-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`);
    for (const id of ids) expect(await send('DELETE', `/notifications/${id}?feed=${feed}`)).toBe(202);
    // This notification arrives after the retraction.
    expect(await send('POST', '/notifications', draft('gone-early'))).toBe(202);
    await publishEvent(TOPICS.notifications, draft('gone-early'));
    await eventually(async () => (await keysWith(stack.redisHost, secret)).length === 0, WITHIN_MS).catch(
      async () => expect(await keysWith(stack.redisHost, secret)).toEqual([]),
    );
    const left = (await titles(feed)).filter((title) => title !== undefined);
    expect(left).toEqual(['stays']);
    expect(await keysWith(stack.redisHost, 'stays-refused')).toHaveLength(1);
    expect(await redis.keys(`${APP_IDS.bff}||set-aside:*`)).toHaveLength(1);
  });
});
