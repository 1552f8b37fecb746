import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptedSchema, entryItemSchema, eraseRequestSchema, problemSchema } from '@tocsin/contracts';
import { testServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => void (server = await testServer({ requestTimeoutMs: 1_000 })));
afterEach(() => server.close());

const remove = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { method: 'DELETE', headers });
const items = () =>
  server.backend.deposited.flatMap(({ notifications }) =>
    notifications.map((item) => entryItemSchema.parse(item)),
  );
const anyDateTime: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/);

describe('DELETE /notifications/{id}', () => {
  it('should deposit and announce a retraction for the given or default feed', async () => {
    const response = await remove('/notifications/a.b_c:d-1');
    expect(response.status).toBe(202);
    expect(acceptedSchema.parse(await response.json())).toEqual({ ids: ['a.b_c:d-1'] });
    expect((await remove(`/notifications/x?feed=${encodeURIComponent('user:Jürgen 🔔')}`)).status).toBe(202);
    expect(items()).toEqual([
      { retract: 'a.b_c:d-1', feed: 'all', at: anyDateTime },
      { retract: 'x', feed: 'user:Jürgen 🔔', at: anyDateTime },
    ]);
    expect(server.backend.announced).toHaveLength(2);
  });

  it('should take effect after notifications posted before it', async () => {
    server.backend.latencyMs = 100;
    const posts = [server.post('{"id":"first","title":"x"}'), server.post('{"id":"a","title":"x"}')];
    await expect.poll(() => server.producer.queued).toBe(2);
    const response = await remove('/notifications/a');
    await Promise.all(posts);
    expect(response.status).toBe(202);
    expect(items().map((item) => ('retract' in item ? `-${item.retract}` : 'id' in item && item.id))).toEqual(
      ['first', 'a', '-a'],
    );
    expect(server.backend.deposited).toHaveLength(2);
  });

  it('should deposit the retraction within the trace of the request', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await remove('/notifications/a', { traceparent });
    expect(server.backend.deposited[0]?.traceparent).toBe(traceparent);
  });

  it('should return 503 with the id if it takes too long, and accept the request when retried', async () => {
    server.backend.fate = () => 'lost';
    const response = await remove('/notifications/a');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'unavailable', ids: ['a'] });
    server.backend.fate = () => 'good';
    await expect.poll(async () => (await remove('/notifications/a')).status).toBe(202);
  });

  it.each([
    ['/notifications/a%20b', 'id'],
    [`/notifications/${'x'.repeat(129)}`, 'id'],
    ['/notifications/a?feed=group:x', 'feed'],
    ['/notifications/%C3%A9?feed=topic:', 'feed', 'id'],
    ['/notifications/a?fed=topic:x', 'fed'],
    ['/notifications/a?id=b', 'id'],
    ['/notifications/a?feed=all&feed=all', 'feed'],
    ['/notifications/a?feed=user:%ff', ''],
    ['/notifications/a?__proto__=x', '__proto__'],
  ])('should reject %s with the path of each error', async (path, ...paths) => {
    const response = await remove(path);
    const problem = problemSchema.parse(await response.json());
    expect([response.status, problem.code]).toEqual([400, 'invalid_query']);
    expect(problem.errors?.map((fault) => fault.path).sort()).toEqual([...paths].sort());
    expect(server.backend.calls).toEqual([]);
  });

  it('should reject undecodable ids and other methods', async () => {
    expect((await remove('/notifications/%ff')).status).toBe(400);
    const response = await fetch(`${server.url}/notifications/a`, { method: 'PUT' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'DELETE']);
  });
});

describe('DELETE /feeds/{feed}', () => {
  it('should deposit and announce an erasure', async () => {
    const response = await remove(`/feeds/${encodeURIComponent('user:ä/b ?')}`);
    expect(response.status).toBe(202);
    expect(eraseRequestSchema.parse(await response.json())).toEqual({ feed: 'user:ä/b ?' });
    expect(items()).toEqual([{ erase: true, feed: 'user:ä/b ?', at: anyDateTime }]);
    expect(server.backend.announced).toHaveLength(1);
  });

  it('should return 503 if it takes too long', async () => {
    server.backend.fate = () => 'lost';
    const response = await remove('/feeds/all');
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([503, 'unavailable']);
  });

  it.each(['/feeds/everybody', '/feeds/topic:', '/feeds/all?feed=all', '/feeds/all?x=1'])(
    'should reject %s',
    async (path) => {
      const response = await remove(path);
      expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([
        400,
        'invalid_query',
      ]);
      expect(server.backend.calls).toEqual([]);
    },
  );

  it('should reject other methods', async () => {
    const response = await fetch(`${server.url}/feeds/all`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'DELETE']);
  });
});

it('should count changes', async () => {
  await remove('/notifications/a');
  await remove('/notifications/b');
  await remove('/feeds/all');
  const lines = (await (await fetch(`${server.url}/metrics`)).text()).split('\n');
  expect(lines).toContain('tocsin_producer_changes_accepted_total{kind="retract"} 2');
  expect(lines).toContain('tocsin_producer_changes_accepted_total{kind="erase"} 1');
  expect(lines).toContain('tocsin_producer_notifications_accepted_total 0');
});
