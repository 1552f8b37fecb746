import { problemSchema } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Callers, hashOf, parseApiKeys } from '../../auth/callers.ts';
import { testServer, type TestServer } from '../../../testing/test-server.ts';

const KEYS = [
  { name: 'shop', hash: hashOf('shop-key'), feeds: ['all', 'topic:orders*'], perSecond: 2 },
  { name: 'hr', hash: hashOf('hr-key'), feeds: ['user:*'], perSecond: 100 },
];

let server: TestServer;
let now = 0;
beforeEach(async () => {
  const keys = parseApiKeys(JSON.stringify(KEYS));
  server = await testServer({}, new Callers({ keys: () => keys, now: () => now }));
});
afterEach(() => server.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const singleBody = (feed: string) => JSON.stringify({ title: 'x', feed });
const arrayBody = (count: number, feed = 'all') =>
  JSON.stringify(Array.from({ length: count }, () => ({ title: 'x', feed })));
const remove = (path: string, key: string) =>
  fetch(`${server.url}${path}`, { method: 'DELETE', headers: bearer(key) });

describe('a caller', () => {
  it('should be accepted with a key as a bearer token or as x-api-key', async () => {
    expect((await server.post(singleBody('all'), bearer('shop-key'))).status).toBe(202);
    expect((await server.post(singleBody('all'), { 'x-api-key': 'shop-key' })).status).toBe(202);
    expect((await server.post(singleBody('all'), { authorization: 'bearer shop-key' })).status).toBe(202);
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready', auth: 'api-keys' });
  });

  it.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['an empty key', { 'x-api-key': '' }],
    ['another key', bearer('other')],
    ['half a key', bearer('shop')],
    ['the hash of a key', bearer(hashOf('shop-key'))],
    ['the name of a key', bearer('shop')],
    ['another scheme', { authorization: 'Basic shop-key' }],
    ['no scheme', { authorization: 'shop-key' }],
    ['two words', bearer('shop-key x')],
    ['two keys', { ...bearer('shop-key'), 'x-api-key': 'hr-key' }],
    ['the same key twice', { ...bearer('shop-key'), 'x-api-key': 'shop-key' }],
    ['a very long key', bearer('x'.repeat(5_000))],
  ])('should be rejected if it sends %s', async (_name, headers) => {
    const response = await server.post(singleBody('all'), headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="tocsin"/);
    expect(problemSchema.parse(await response.json()).code).toBe('unauthorized');
    expect(server.backend.announced).toHaveLength(0);
    expect(server.refused).toEqual(['unauthorized']);
  });

  it('should be rejected before the request body is read, regardless of the method', async () => {
    expect((await server.post('{', {})).status).toBe(401);
    expect((await fetch(`${server.url}/notifications`)).status).toBe(401);
    expect((await fetch(`${server.url}/NOTIFICATIONS`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${server.url}/notifications/a`, { method: 'DELETE' })).status).toBe(401);
    expect((await fetch(`${server.url}/feeds/all`, { method: 'DELETE' })).status).toBe(401);
    for (const path of ['/healthz', '/metrics', '/openapi.json']) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    }
  });

  it('should publish all or none of a request’s notifications, and only to permitted feeds', async () => {
    expect((await server.post(singleBody('topic:orders-eu'), bearer('shop-key'))).status).toBe(202);
    const single = await server.post(singleBody('topic:stock'), bearer('shop-key'));
    expect([single.status, problemSchema.parse(await single.json()).errors]).toEqual([
      403,
      [{ path: 'feed', message: 'is not a feed that the key permits' }],
    ]);
    const announced = server.backend.announced.length;
    const body = JSON.stringify([
      { title: 'a' },
      { title: 'b', feed: 'user:ada' },
      { title: 'c', feed: 'topic:x' },
    ]);
    const mixed = await server.post(body, bearer('shop-key'));
    const problem = problemSchema.parse(await mixed.json());
    expect([mixed.status, problem.code]).toEqual([403, 'forbidden']);
    expect(problem.errors?.map(({ path }) => path)).toEqual(['1.feed', '2.feed']);
    expect(server.backend.announced).toHaveLength(announced);
    expect((await server.post(singleBody('user:ada'), bearer('hr-key'))).status).toBe(202);
    expect((await server.post(JSON.stringify({ title: 'to all' }), bearer('hr-key'))).status).toBe(403);
  });

  it('should retract and erase only in permitted feeds', async () => {
    expect((await remove('/notifications/a?feed=user:ada', 'hr-key')).status).toBe(202);
    expect((await remove('/notifications/a', 'hr-key')).status).toBe(403);
    expect((await remove('/feeds/user:ada', 'hr-key')).status).toBe(202);
    expect((await remove('/feeds/all', 'hr-key')).status).toBe(403);
    expect((await remove('/feeds/user:ada', 'shop-key')).status).toBe(403);
  });
});

describe('the rate limit of an API key', () => {
  it('should be reported in the headers of every response', async () => {
    const { headers } = await server.post(singleBody('all'), bearer('shop-key'));
    expect(headers.get('ratelimit-policy')).toBe('"key";q=20;w=10');
    expect(headers.get('ratelimit')).toBe('"key";r=19;t=1');
    const array = await server.post(arrayBody(5), bearer('shop-key'));
    expect(array.headers.get('ratelimit')).toBe('"key";r=14;t=3');
  });

  it('should be enforced with 429 and the time to wait, after which requests are accepted', async () => {
    expect((await server.post(arrayBody(24), bearer('shop-key'))).status).toBe(202);
    const refused = await server.post(singleBody('all'), bearer('shop-key'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
    expect(refused.headers.get('ratelimit')).toBe('"key";r=0;t=12');
    expect(problemSchema.parse(await refused.json()).code).toBe('too_many_requests');
    expect(server.backend.announced).toHaveLength(1);
    expect((await server.post(singleBody('user:ada'), bearer('hr-key'))).status).toBe(202);
    now += 2_499;
    expect((await server.post(singleBody('all'), bearer('shop-key'))).status).toBe(429);
    now += 1;
    expect((await server.post(singleBody('all'), bearer('shop-key'))).status).toBe(202);
    expect((await server.post(singleBody('all'), bearer('shop-key'))).status).toBe(429);
  });

  it('should count a request only once if it is rejected for another reason', async () => {
    for (let i = 0; i < 20; i++) expect((await server.post('{', bearer('shop-key'))).status).toBe(400);
    expect((await server.post('{', bearer('shop-key'))).status).toBe(429);
  });
});

it('should return 503 until the keys have been read', async () => {
  const unknown = () => {
    throw new Error('unavailable');
  };
  const waiting = await testServer({}, new Callers({ keys: unknown, now: () => 0 }));
  const response = await waiting.post(singleBody('all'), bearer('shop-key'));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await waiting.post(singleBody('all'))).status).toBe(401);
  await waiting.close();
});
