import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptedSchema, notificationSchema, problemSchema } from '@tocsin/contracts';
import { VERSION } from '@tocsin/service';
import { idsOf } from '../../../testing/test-producer.ts';
import { testServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => void (server = await testServer({ requestTimeoutMs: 200 })));
afterEach(() => server.close());

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const deposited = () =>
  server.backend.deposited.flatMap(({ notifications }) =>
    notifications.map((item) => notificationSchema.parse(item)),
  );

describe('POST /notifications', () => {
  it("should complete a notification with the contract's defaults", async () => {
    const response = await server.post('{"title":"Hello"}');
    expect(response.status).toBe(202);
    expect(response.headers.get('x-powered-by')).toBeNull();
    const { ids } = acceptedSchema.parse(await response.json());
    expect(ids[0]).toMatch(UUID_V7);
    const [notification] = deposited();
    expect(notification).toMatchObject({ id: ids[0], feed: 'all', severity: 'info', title: 'Hello' });
    expect(Math.abs(Date.parse(notification?.createdAt ?? '') - Date.now())).toBeLessThan(5_000);
  });

  it('should leave all other members unchanged', async () => {
    const full = {
      id: 'a.b_c:d-1',
      feed: 'user:Jürgen 🔔',
      severity: 'error',
      title: '🔔'.repeat(120),
      body: 'One\n\ttwo <b>&amp;</b> \u2028',
      link: 'https://example.com/?q=<x>&y#z',
      actions: [{ label: 'Open', link: '/orders/1' }],
      source: 'shop',
      collapseKey: 'Import <7> & 🔔',
      expiresAt: '2999-12-31T23:59:59.999+02:00',
    };
    expect((await server.post(JSON.stringify(full))).status).toBe(202);
    const [{ createdAt, ...rest } = { createdAt: '' }] = deposited();
    expect(rest).toEqual(full);
    expect(createdAt).not.toBe('');
  });

  it('should return an array’s ids in the same order, across feeds', async () => {
    const array = Array.from({ length: 1_000 }, (_, n) => ({
      ...(n % 3 > 0 && { id: `n${n}` }),
      ...(n % 2 > 0 && { feed: 'topic:odd' }),
      title: `Title ${n}`,
    }));
    const { ids } = acceptedSchema.parse(await (await server.post(JSON.stringify(array))).json());
    const titles = new Map(deposited().map(({ id, title }) => [id, title]));
    expect(ids.map((id) => titles.get(id))).toEqual(array.map(({ title }) => title));
  });

  it.each<[string, Record<string, string>]>([
    ['application/json; charset=utf-8', {}],
    ['Application/JSON;charset="UTF-8"', {}],
    ['application/json ; x=y', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('should accept the Content-Type %s with the headers %o', async (type, headers) => {
    const body = headers['content-encoding'] ? gzipSync('{"title":"x"}') : '{"title":"x"}';
    expect((await server.post(body, { ...headers, 'content-type': type })).status).toBe(202);
  });

  it('should accept a body of exactly 1 MiB, and a byte order mark', async () => {
    const hello = '{"title":"Hello"}';
    expect((await server.post(`${hello}${' '.repeat(1024 * 1024 - hello.length)}`)).status).toBe(202);
    expect((await server.post(`\ufeff${hello}`)).status).toBe(202);
  });

  it('should deposit a notification in the request’s trace, or in a new trace if traceparent is invalid', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await server.post('{"title":"a"}', { traceparent });
    await server.post('{"title":"b"}', { traceparent: 'no trace' });
    const [a, b] = server.backend.deposited;
    expect(a?.traceparent).toBe(traceparent);
    expect(b?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('should return 503 with all ids if it takes too long, and accept the request when retried', async () => {
    server.backend.fate = () => 'lost';
    const response = await server.post('[{"title":"a"},{"id":"b","title":"b"}]');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    const { code, ids } = problemSchema.parse(await response.json());
    expect(code).toBe('unavailable');
    expect(ids).toEqual([expect.stringMatching(UUID_V7), 'b']);
    server.backend.fate = () => 'good';
    const repeatedBody = JSON.stringify(ids?.map((id) => ({ id, title: id })));
    await expect.poll(async () => (await server.post(repeatedBody)).status).toBe(202);
    expect(new Set(server.backend.deposited.flatMap(idsOf))).toEqual(new Set(ids));
  });

  it('should return 503 with all ids while the producer stops', async () => {
    await server.producer.stop(100);
    const response = await server.post('{"id":"a","title":"a"}');
    expect([response.status, problemSchema.parse(await response.json()).ids]).toEqual([503, ['a']]);
  });
});

describe('other routes', () => {
  const get = (path: string) => fetch(`${server.url}${path}`);

  it('should report health and readiness', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'alive', version: VERSION });
    expect([(await get('/readyz')).status, await (await get('/readyz')).json()]).toEqual([
      200,
      { status: 'ready', auth: 'none' },
    ]);
    server.setFault(new Error('The sidecar is unavailable.'));
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(problemSchema.parse(await response.json()).detail).toBe('The sidecar is unavailable.');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('should serve metrics', async () => {
    await server.post('[{"title":"a"},{"title":"b"}]');
    await server.post('{}');
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const lines = (await response.text()).split('\n');
    for (const line of [
      'tocsin_producer_notifications_accepted_total 2',
      'tocsin_producer_entry_steps_total{step="deposit"} 1',
      'tocsin_producer_entry_steps_total{step="announce"} 1',
      'tocsin_producer_requests_refused_total{code="invalid_notification"} 1',
      'tocsin_producer_entry_notifications_sum 2',
      'tocsin_producer_queue_notifications 0',
    ]) {
      expect(lines).toContain(line);
    }
  });
});
