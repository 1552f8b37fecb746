import { linkedNotificationSchema } from '@tocsin/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secretToken, SECRET } from '../../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({});
});
afterAll(() => bff.stop());

const get = (id: string, feed = 'topic:linked') =>
  fetch(`${bff.url}/app/notification?${new URLSearchParams({ id, feed }).toString()}`);

it("should find a notification in the feed, even if very old, and report if it's gone", async () => {
  await bff.publish('topic:linked', 'wanted');
  const ids = Array.from({ length: 120 }, (_, n) => `n-${n}`);
  await bff.publishMany('topic:linked', ids);
  const response = await get('wanted');
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const linked = linkedNotificationSchema.parse(await response.json());
  expect(linked).toMatchObject({
    feed: 'topic:linked',
    publication: { offset: 1, notification: { id: 'wanted' } },
  });
  await bff.retract('topic:linked', 'wanted');
  const gone = linkedNotificationSchema.parse(await (await get('wanted')).json());
  expect(gone.publication).toMatchObject({ notification: null, gone: 'retracted' });
});

it('should return 404 for an unknown id, and 400 if the id is missing', async () => {
  expect((await get('unknown')).status).toBe(404);
  expect((await get('wanted', 'all')).status).toBe(404);
  expect((await fetch(`${bff.url}/app/notification`)).status).toBe(400);
});

it('should only show a feed to permitted readers, and limit the request rate', async () => {
  const env = { AUTH_MODE: 'jwt', SEARCHES_PER_MINUTE: '2' };
  const guarded = await serveBff(env, { jwt: SECRET });
  try {
    const statusOf = async (feed: string, token?: string) => {
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      return (await fetch(`${guarded.url}/app/notification?id=a&feed=${feed}`, { headers })).status;
    };
    const token = secretToken({ sub: 'ada', feeds: ['x'] });
    expect(await statusOf('topic:x')).toBe(401);
    expect(await statusOf('topic:y', token)).toBe(403);
    expect(await statusOf('topic:x', token)).toBe(404);
    expect(await statusOf('topic:x', token)).toBe(429);
  } finally {
    await guarded.stop();
  }
});
