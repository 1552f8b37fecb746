import { problemSchema, type ApiKey } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Callers, hashOf, parseApiKeys } from '../../auth/callers.ts';
import { testServer, type TestServer } from '../../../testing/test-server.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const record = (name: string, members: Partial<ApiKey> = {}) => ({
  name,
  hash: hashOf(name),
  feeds: ['all', 'topic:orders'],
  perSecond: 1_000,
  ...members,
});
const KEYS = [
  record('old'),
  record('publisher', { scopes: ['publish'] }),
  record('retractor', { scopes: ['retract'] }),
  record('pager', { scopes: ['publish', 'fallback'], feeds: ['user:*'] }),
  record('pusher', { scopes: ['publish'], feeds: ['user:*'] }),
  record('shop', { scopes: ['publish'], source: 'shop' }),
  record('expired', { expiresAt: '2026-01-01T00:00:00Z' }),
  record('unexpired', { expiresAt: '2026-01-01T00:00:01Z' }),
  record('revoked', { revokedAt: '2025-12-31T00:00:00Z' }),
];

let server: TestServer;
let usedKeys: string[];
beforeEach(async () => {
  usedKeys = [];
  const keys = parseApiKeys(JSON.stringify(KEYS));
  const onUse = ({ name }: ApiKey) => void usedKeys.push(name);
  server = await testServer({}, new Callers({ keys: () => keys, now: () => NOW, onUse }));
});
afterEach(() => server.close());

const post = (key: string, body: unknown) => server.post(JSON.stringify(body), { 'x-api-key': key });
const remove = (key: string, path: string) =>
  fetch(`${server.url}${path}`, { method: 'DELETE', headers: { 'x-api-key': key } });
const statuses = async (key: string) => [
  (await post(key, { title: 'x' })).status,
  (await remove(key, '/notifications/a')).status,
  (await remove(key, '/feeds/all')).status,
];

describe('the scopes of a key', () => {
  it.each([
    ['old', [202, 202, 202]],
    ['publisher', [202, 403, 403]],
    ['retractor', [403, 202, 403]],
  ])('should limit what the %s key may do', async (key, expected) => {
    expect(await statuses(key)).toEqual(expected);
  });

  it('should permit notifications with fallbacks only if `fallback` is among the scopes', async () => {
    const body = [
      { title: 'a', feed: 'user:ada' },
      { title: 'b', feed: 'user:ada', fallback: [{ after: 'PT5M', via: 'email' }] },
    ];
    expect((await post('pager', body)).status).toBe(202);
    const response = await post('pusher', body);
    expect(response.status).toBe(403);
    const { errors } = problemSchema.parse(await response.json());
    expect(errors).toEqual([{ path: '', message: 'the key lacks the `fallback` scope' }]);
  });

  it('should list missing scopes as errors, along with every feed and source that isn’t permitted', async () => {
    const response = await post('retractor', [{ title: 'a', feed: 'user:ada' }, { title: 'b' }]);
    const { code, errors } = problemSchema.parse(await response.json());
    expect([response.status, code]).toEqual([403, 'forbidden']);
    expect(errors).toEqual([
      { path: '', message: 'the key lacks the `publish` scope' },
      { path: '0.feed', message: 'is not a feed that the key permits' },
    ]);
    expect(server.backend.announced).toEqual([]);
  });
});

describe('the source that a key sets', () => {
  const sources = () =>
    server.backend.deposited.flatMap(({ notifications }) =>
      notifications.map((item) => (item as { source?: string }).source),
    );

  it('should be set on all notifications published with the key', async () => {
    expect((await post('shop', [{ title: 'a' }, { title: 'b', source: 'shop' }])).status).toBe(202);
    expect(sources()).toEqual(['shop', 'shop']);
    expect((await post('publisher', { title: 'c', source: 'anything' })).status).toBe(202);
    expect((await post('publisher', { title: 'd' })).status).toBe(202);
    expect(sources()).toEqual(['shop', 'shop', 'anything', undefined]);
  });

  it('should be the only source that a request may claim', async () => {
    const response = await post('shop', [{ title: 'a' }, { title: 'b', source: 'payroll' }]);
    expect(response.status).toBe(403);
    expect(problemSchema.parse(await response.json()).errors).toEqual([
      { path: '1.source', message: 'must be shop or omitted: the key can only publish with this source' },
    ]);
    expect(sources()).toEqual([]);
  });
});

describe('a key that expires or is revoked', () => {
  it.each([
    ['expired', 'This API key has expired. Ask for a new one.'],
    ['revoked', 'This API key was revoked. Ask for a new one.'],
  ])('should be rejected with an explanation once %s', async (key, detail) => {
    const response = await post(key, { title: 'x' });
    expect([response.status, problemSchema.parse(await response.json()).detail]).toEqual([401, detail]);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="tocsin", error="invalid_token"');
    expect(usedKeys).toEqual([]);
  });

  it('should be accepted until it expires, and have its use recorded', async () => {
    expect((await post('unexpired', { title: 'x' })).status).toBe(202);
    expect(usedKeys).toEqual(['unexpired']);
  });
});
