import { problemSchema, type ApiKey, type Receipts } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testServer, type TestServer } from '../../../testing/test-server.ts';
import { Callers, hashOf, parseApiKeys } from '../../auth/callers.ts';

const record = (name: string, members: Partial<ApiKey>) => ({
  ...{ name, hash: hashOf(name), feeds: ['*'], perSecond: 1_000 },
  ...members,
});
const KEYS = [record('desk', { scopes: ['receipts'], feeds: ['user:*', 'topic:orders'] }), record('old', {})];
const READER = { seen: true, read: false, archived: false };

let server: TestServer;
let queries: { feed: string; id: string }[];
let respond: () => Promise<Pick<Receipts, 'reader'>>;
beforeEach(async () => {
  queries = [];
  respond = async () => ({ reader: READER });
  const keys = parseApiKeys(JSON.stringify(KEYS));
  const callers = new Callers({ keys: () => keys, now: () => 0 });
  server = await testServer({}, callers, async (named) => {
    queries.push(named);
    return { ...named, ...(await respond()), fallbacks: [] };
  });
});
afterEach(() => server.close());

const get = (path: string, key?: string) =>
  fetch(`${server.url}/notifications/${path}`, {
    ...(key !== undefined && { headers: { 'x-api-key': key } }),
  });
const problemOf = async (response: Response) => problemSchema.parse(await response.json());

it('should send receipts to callers with the `receipts` scope, and forbid caching', async () => {
  const response = await get('order-7/receipts?feed=user:ada', 'desk');
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await response.json()).toEqual({ id: 'order-7', feed: 'user:ada', reader: READER, fallbacks: [] });
  expect(queries).toEqual([{ id: 'order-7', feed: 'user:ada' }]);
});

it.each([
  ['order-7/receipts?feed=user:ada', 'old', '', 'the key lacks the `receipts` scope'],
  ['order-7/receipts?feed=topic:salaries', 'desk', 'feed', 'is not a feed that the key permits'],
  ['order-7/receipts', 'desk', 'feed', 'is not a feed that the key permits'],
])('should reject %s with the key %s, and explain why', async (path, key, at, message) => {
  const response = await get(path, key);
  expect(response.status).toBe(403);
  expect((await problemOf(response)).errors).toEqual([{ path: at, message }]);
  expect(queries).toEqual([]);
});

it('should reject a request without a key even if API keys are off', async () => {
  expect((await get('order-7/receipts?feed=user:ada')).status).toBe(401);
  const open = await testServer({}, undefined, async (named) => ({ ...named, fallbacks: [] }));
  try {
    const response = await fetch(`${open.url}/notifications/order-7/receipts?feed=user:ada`);
    expect([response.status, (await problemOf(response)).detail]).toEqual([
      403,
      'Receipts reveal what people have read, so they require API keys. Set API_KEYS=on.',
    ]);
  } finally {
    await open.close();
  }
});

it('should list all errors in an invalid request', async () => {
  const response = await get('%20/receipts?feed=nobody&mode=x', 'desk');
  const { code, errors } = await problemOf(response);
  expect([response.status, code, errors?.map(({ path }) => path).sort()]).toEqual([
    400,
    'invalid_query',
    ['feed', 'id', 'mode'],
  ]);
});

it('should return 503 with Retry-After while no bff responds', async () => {
  respond = () => Promise.reject(new Error('no bff'));
  const response = await get('order-7/receipts?feed=user:ada', 'desk');
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});
