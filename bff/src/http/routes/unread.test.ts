import { SECRETS, problemSchema, unreadSchema, type Unread } from '@tocsin/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, secretToken } from '../../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

let open: ServedBff;
let signedIn: ServedBff;
beforeAll(async () => {
  open = await serveBff({});
  signedIn = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
});
afterAll(() => Promise.all([open.stop(), signedIn.stop()]));

const unread = async (url: string, headers: Record<string, string> = {}): Promise<Unread> =>
  unreadSchema.parse(await (await fetch(url, { headers })).json());
const read = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${url}/app/notifications/read`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

it("should count a feed's unread notifications for a browser without sign-in", async () => {
  for (const id of ['a', 'b', 'c']) await open.publish('all', id);
  const mine = `${open.url}/app/unread?clientId=mine`;
  expect(await unread(mine)).toEqual({
    total: 3,
    unseen: 3,
    more: false,
    feeds: [{ feed: 'all', unread: 3, unseen: 3, more: false }],
  });
  expect((await read(open.url, { feed: 'all', ids: ['b'], clientId: 'mine' })).status).toBe(204);
  expect((await unread(mine)).total).toBe(2);
  expect((await read(open.url, { feed: 'all', offset: 3, clientId: 'mine' })).status).toBe(204);
  expect((await unread(mine)).total).toBe(0);
  expect((await unread(`${open.url}/app/unread?clientId=other`)).total).toBe(3);
  expect(await unread(`${open.url}/app/unread?feed=topic:none`)).toEqual({
    total: 0,
    unseen: 0,
    more: false,
    feeds: [{ feed: 'topic:none', unread: 0, unseen: 0, more: false }],
  });
});

it("should count `all`, the reader's own feed and each of the token's topics once, and refuse other feeds", async () => {
  const headers = {
    authorization: `Bearer ${secretToken({ sub: 'ada', feeds: ['orders', 'stock*', 'orders'] })}`,
  };
  await signedIn.publish('user:ada', 'hers');
  await signedIn.publish('topic:orders', 'order');
  const { total, feeds } = await unread(`${signedIn.url}/app/unread`, headers);
  expect(total).toBe(2);
  expect(feeds.map(({ feed, unread }) => [feed, unread])).toEqual([
    ['all', 0],
    ['user:ada', 1],
    ['topic:orders', 1],
  ]);
  const other = await fetch(`${signedIn.url}/app/unread?feed=user:ben`, { headers });
  expect([other.status, problemSchema.parse(await other.json()).code]).toEqual([403, 'forbidden']);
  expect((await fetch(`${signedIn.url}/app/unread`)).status).toBe(401);
});

it.each(['feed=everyone', 'feed=all&feed=all', 'limit=1', 'clientId='])('should refuse %s', async (query) => {
  const response = await fetch(`${open.url}/app/unread?${query}`);
  expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([400, 'invalid_query']);
});

it('should only accept GET and HEAD', async () => {
  const response = await fetch(`${open.url}/app/unread`, { method: 'POST' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

it('should count every topic in a token that lists more topics than a connection can subscribe to', async () => {
  const topics = Array.from({ length: 150 }, (_, index) => `desk-${index}`);
  await signedIn.publish('topic:desk-149', 'last');
  const headers = { authorization: `Bearer ${secretToken({ sub: 'cleo', feeds: topics })}` };
  const { total, feeds } = await unread(`${signedIn.url}/app/unread`, headers);
  expect([total, feeds.length]).toEqual([1, 152]);
});
