import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bffSettings } from '../config.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';
import { isAllowedOrigin } from './origins.ts';

const ALLOWED = 'https://app.example.com';

describe('isAllowedOrigin', () => {
  it.each([
    [undefined, 'bff.example', true],
    ['http://bff.example', 'bff.example', true],
    ['https://bff.example', 'bff.example', true],
    ['https://bff.example', 'bff.example:443', true],
    ['http://bff.example', 'bff.example:443', false],
    ['http://bff.example:4001', 'bff.example:4001', true],
    ['http://bff.example:4002', 'bff.example:4001', false],
    ['http://evil.bff.example', 'bff.example', false],
    ['http://bff.example.evil', 'bff.example', false],
    ['http://evil@bff.example', 'bff.example', false],
    ['http://bff.example/', 'bff.example', false],
    ['ftp://bff.example', 'bff.example', false],
    ['null', 'bff.example', false],
    ['', 'bff.example', false],
    ['http://bff.example', undefined, false],
    ['http://bff.example', 'a b', false],
    [ALLOWED, 'bff.example', true],
    [`${ALLOWED}:8443`, 'bff.example', false],
    ['http://app.example.com', 'bff.example', false],
    ['https://APP.example.com', 'bff.example', false],
  ])('should decide whether a page from %s can call %s', (origin, host, expected) => {
    expect(isAllowedOrigin(origin, host, [ALLOWED])).toBe(expected);
  });
});

describe('ALLOWED_ORIGINS', () => {
  const read = (ALLOWED_ORIGINS: string) => bffSettings.safeParse({ ALLOWED_ORIGINS });

  it('should be a list, empty by default', () => {
    expect(bffSettings.parse({}).ALLOWED_ORIGINS).toEqual([]);
    expect(read(' https://a.example,http://b.example:81 ').data?.ALLOWED_ORIGINS).toEqual([
      'https://a.example',
      'http://b.example:81',
    ]);
  });

  it.each([
    '*',
    'a.example',
    'https://a.example/',
    'https://a.example/x',
    'https://*.example',
    'https://A.example',
    'null',
  ])('should reject %s', (text) => {
    expect(read(text).success).toBe(false);
  });
});

describe('an instance', () => {
  let bff: ServedBff;
  beforeAll(async () => {
    bff = await serveBff({ ALLOWED_ORIGINS: ALLOWED });
  });
  afterEach(() => bff.closeSockets());
  afterAll(() => bff.stop());

  /** Sends a request with headers that `fetch` doesn't let callers set. */
  const send = (path: string, headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const request = get(`${bff.url}${path}`, { headers, method }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      request.on('error', reject);
    });

  it('should answer same-origin requests, and add CORS headers for allowed origins', async () => {
    const sameOrigin = await send('/app/notifications', { origin: bff.url });
    expect([sameOrigin.status, sameOrigin.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    const allowed = await send('/app/notifications', { origin: ALLOWED });
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, ALLOWED]);
    expect(allowed.headers.vary).toMatch(/Origin/);
    expect((await send('/app/notifications', {})).headers.vary).toMatch(/Origin/);
  });

  it('should refuse requests from pages on other origins', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      const response = await send('/app/notifications', { origin });
      expect(response.status).toBe(403);
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
      expect(JSON.parse(response.text)).toMatchObject({ code: 'forbidden' });
    }
  });

  it('should answer a preflight only for allowed origins', async () => {
    const preflight = (origin: string) =>
      send('/app/notifications', { origin, 'access-control-request-method': 'GET' }, 'OPTIONS');
    const allowed = await preflight(ALLOWED);
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-headers']).toContain('authorization');
    expect((await preflight('https://evil.example')).status).toBe(403);
  });

  it('should only accept sockets from the same origin and allowed origins', async () => {
    const connects = async (headers: Record<string, string>) =>
      (await bff.handshake(bff.socketWith({}, headers))).connected;
    expect(await connects({})).toBe(true);
    expect(await connects({ origin: bff.url })).toBe(true);
    expect(await connects({ origin: ALLOWED })).toBe(true);
    expect(await connects({ origin: 'https://evil.example' })).toBe(false);
    expect(await connects({ origin: 'null' })).toBe(false);
  });

  it('should apply the same rules to long polling and add CORS headers', async () => {
    const poll = '/hubs/?EIO=4&transport=polling';
    const allowed = await send(poll, { origin: ALLOWED });
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, ALLOWED]);
    expect((await send(poll, { origin: 'https://evil.example' })).status).toBe(403);
  });
});
