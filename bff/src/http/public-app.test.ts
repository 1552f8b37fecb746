import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '@tocsin/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

const uiDist = mkdtempSync(join(tmpdir(), 'tocsin-public-app-'));
let bff: ServedBff;
beforeAll(async () => {
  writeFileSync(join(uiDist, 'index.html'), '<!doctype html><title>Page</title>');
  writeFileSync(join(uiDist, '404.html'), '<!doctype html><title>No such page</title>');
  bff = await serveBff({ UI_DIST: uiDist, WRITES_PER_MINUTE: '3', TRUST_PROXY: '1' });
});
afterAll(async () => {
  await bff.stop();
  rmSync(uiDist, { recursive: true });
});

const get = (path: string, init: RequestInit = {}) => fetch(`${bff.url}${path}`, init);

describe('the headers of every response', () => {
  it.each([
    '/',
    '/nothing',
    '/healthz',
    '/metrics',
    '/app/notifications',
    '/app/notifications?limit=0',
    '/app/ops/instances',
  ])('should only let a page load same-origin files, and block inline scripts: %s', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.split(';')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it.each(['/hubs/?EIO=4&transport=polling', '/hubs/?EIO=3&transport=polling'])(
    'should forbid content type sniffing, including on engine.io responses: %s',
    async (path) => {
      expect((await get(path)).headers.get('x-content-type-options')).toBe('nosniff');
    },
  );
});

describe('an unknown address', () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  it.each(['/orders/10400', '/nothing.png'])('should send browsers a page: %s', async (path) => {
    const response = await get(path, { headers: { accept: BROWSER } });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('vary')).toMatch(/Accept/);
    expect(await response.text()).toContain('No such page');
  });

  it.each([
    ['/orders/10400', '*/*'],
    ['/orders/10400', 'application/json'],
    ['/app/nothing', BROWSER],
  ])(
    'should return problem details to other clients and for all requests under /app: %s, %s',
    async (path, accept) => {
      const response = await get(path, { headers: { accept } });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await response.json()).toMatchObject({ code: 'not_found' });
    },
  );
});

it('should report the version at /healthz', async () => {
  expect(await (await get('/healthz')).json()).toEqual({ status: 'alive', version: VERSION });
});

describe('changes to read marks and mutes', () => {
  const headers = (address: string) => ({ 'content-type': 'application/json', 'x-forwarded-for': address });
  const put = (address: string, clientId: string) =>
    get('/app/mutes', {
      method: 'PUT',
      headers: headers(address),
      body: JSON.stringify({ feeds: [], severities: [], clientId }),
    });
  const mark = (address: string) =>
    get('/app/notifications/read', {
      method: 'POST',
      headers: headers(address),
      body: JSON.stringify({ feed: 'all', ids: ['a'], clientId: 'c' }),
    });

  it('should be limited per address, regardless of the clientId, but GET requests should not be limited', async () => {
    const statuses = [];
    for (const clientId of ['a', 'b']) statuses.push((await put('192.0.2.1', clientId)).status);
    statuses.push((await mark('192.0.2.1')).status);
    expect(statuses).toEqual([204, 204, 204]);
    const refused = await put('192.0.2.1', 'd');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await refused.json()).toMatchObject({ code: 'too_many_requests', status: 429 });
    expect((await mark('192.0.2.1')).status).toBe(429);
    expect((await put('192.0.2.2', 'a')).status).toBe(204);
    for (let n = 0; n < 5; n++) {
      expect((await get('/app/mutes?clientId=a', { headers: headers('192.0.2.1') })).status).toBe(200);
    }
  });
});
