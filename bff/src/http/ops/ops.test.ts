import {
  DOCUMENT_VERSION,
  MAX_CONTENT_LISTED,
  MAX_SET_ASIDE_LISTED,
  SECRETS,
  setAsideListSchema,
  instancesSchema,
  problemSchema,
  type SetAside,
} from '@tocsin/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, secretToken } from '../../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { aSnapshot } from '../../../testing/suites/instance-board.ts';
import type { MemorySetAside } from '../../memory/set-aside.ts';

let bff: ServedBff;
let records: MemorySetAside['records'];
beforeAll(async () => {
  bff = await serveBff({ PUBLISHED_ON: 'loopback' });
  records = (bff.backend.setAside as MemorySetAside).records;
});
beforeEach(() => records.clear());
afterAll(() => bff.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const call = (path: string, init?: RequestInit) => fetch(`${bff.url}${path}`, init);
const post = (path: string, body: string, headers: Record<string, string> = JSON_TYPE) =>
  call(path, { method: 'POST', body, headers });
const pathOf = (entry: string) => `/app/ops/dead-letters/${encodeURIComponent(entry)}`;
const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return problemSchema.parse(await response.json());
};

let seq = 0;
function setAside(members: Partial<SetAside> = {}): SetAside {
  const record: SetAside = {
    v: DOCUMENT_VERSION,
    entry: `entry:P0000001:user%3Aä:${++seq}`,
    feed: 'user:ä',
    reason: 'invalid',
    faults: ['title: is missing'],
    content: '{"no":"entry"}',
    at: '2026-01-01T00:00:00.000Z',
    ...members,
  };
  records.set(record.entry, record);
  return record;
}
const content = (id: string) =>
  JSON.stringify({
    v: DOCUMENT_VERSION,
    notifications: [{ id, feed: 'all', title: id, createdAt: new Date().toISOString() }],
  });

describe('GET /app/ops/instances', () => {
  it('should list all instances, sorted by name', async () => {
    const [late, early] = [aSnapshot({ instance: 'b:2' }), aSnapshot({ instance: 'b:1' })];
    for (const snapshot of [late, early]) await bff.backend.board.post(snapshot);
    const response = await call('/app/ops/instances');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const { instances } = instancesSchema.parse(await response.json());
    expect(instances.filter(({ instance }) => instance.startsWith('b:'))).toEqual([early, late]);
  });

  it("should report this instance's traffic", async () => {
    const busy = await serveBff({ INSTANCE_NAME: 'busy', PUBLISHED_ON: 'loopback' });
    try {
      const socket = busy.socketWith({});
      await busy.handshake(socket);
      await busy.subscribe(socket, 'all');
      for (let i = 0; i < 20; i++) await busy.publish('all', `n-${i % 10}`);
      await expect
        .poll(async () => {
          const response = await fetch(`${busy.url}/app/ops/instances`);
          return instancesSchema.parse(await response.json()).instances;
        })
        .toMatchObject([{ instance: 'busy', connections: 1, feeds: 1 }]);
      const [snapshot] = await busy.backend.board.read();
      expect(snapshot?.accepted).toBeGreaterThan(0);
      expect(snapshot?.suppressed).toBe(snapshot?.accepted);
      expect(snapshot?.delivered).toBe(snapshot?.accepted);
      expect(snapshot?.p99Ms).toBeGreaterThanOrEqual(snapshot?.p50Ms ?? Infinity);
    } finally {
      await busy.stop();
    }
    expect(await busy.backend.board.read()).toEqual([]);
  });

  it("should report that the metrics can't be read", async () => {
    const { board } = bff.backend;
    const { read } = board;
    board.read = () => Promise.reject(new Error('down'));
    const response = await call('/app/ops/instances');
    board.read = read.bind(board);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await problemOf(response)).code).toBe('unavailable');
  });
});

describe('/app/ops/dead-letters', () => {
  const list = async () => setAsideListSchema.parse(await (await call('/app/ops/dead-letters')).json());

  it('should list the newest records with reason and content, and show a record in full', async () => {
    expect(await list()).toEqual({ total: 0, oldestAt: null, deadLetters: [] });
    const old = setAside();
    const long = setAside({ content: 'x'.repeat(MAX_CONTENT_LISTED + 1), reason: 'expired' });
    const { total, deadLetters } = await list();
    expect(total).toBe(2);
    expect(deadLetters).toEqual([
      { ...long, content: 'x'.repeat(MAX_CONTENT_LISTED), contentLength: MAX_CONTENT_LISTED + 1 },
      { ...old, contentLength: 14 },
    ]);
    expect(await (await call(pathOf(long.entry))).json()).toEqual(long);
  });

  it('should limit the number of listed records and report the total', async () => {
    for (let i = 0; i < MAX_SET_ASIDE_LISTED + 5; i++) setAside();
    const { total, deadLetters } = await list();
    expect([total, deadLetters.length]).toEqual([MAX_SET_ASIDE_LISTED + 5, MAX_SET_ASIDE_LISTED]);
  });

  it('should delete a record', async () => {
    const [one, other] = [setAside(), setAside()];
    expect((await call(pathOf(one.entry), { method: 'DELETE' })).status).toBe(204);
    expect([...records.keys()]).toEqual([other.entry]);
    expect((await call(pathOf(one.entry), { method: 'DELETE' })).status).toBe(404);
  });

  it('should put a record back so that it appears in the feed', async () => {
    const record = setAside({ feed: 'all', content: content('again') });
    expect((await post(`${pathOf(record.entry)}/put-back`, '')).status).toBe(204);
    expect(records.size).toBe(0);
    expect(await (await bff.page('all')).text()).toContain('again');
  });

  it('should put a refused event back by passing it to the producer', async () => {
    const seen: unknown[] = [];
    bff.backend.composeWith(async (body) => {
      seen.push(body);
      return { ids: ['e'] };
    });
    const record = setAside({ entry: 'event:1', feed: '', content: '{"title":"x"}' });
    expect((await post(`${pathOf(record.entry)}/put-back`, '{}')).status).toBe(204);
    expect([seen, records.size]).toEqual([[{ id: 'event:1', title: 'x' }], 0]);
  });

  it('should refuse to put back a record without usable content, and keep the record', async () => {
    for (const record of [setAside({ content: null }), setAside()]) {
      const response = await post(`${pathOf(record.entry)}/put-back`, '');
      expect(response.status).toBe(409);
      expect((await problemOf(response)).code).toBe('conflict');
    }
    expect(records.size).toBe(2);
  });

  it('should refuse requests that a form on another page could send', async () => {
    const record = setAside({ content: content('never') });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await post(`${pathOf(record.entry)}/put-back`, '{}', { 'content-type': type });
      expect(response.status).toBe(415);
    }
    const foreign = { ...JSON_TYPE, origin: 'https://evil.example' };
    expect((await post(`${pathOf(record.entry)}/put-back`, '{}', foreign)).status).toBe(403);
    expect(records.size).toBe(1);
  });

  it.each([
    ['GET', pathOf('entry:unknown'), 404],
    ['DELETE', pathOf('entry:unknown'), 404],
    ['POST', `${pathOf('entry:unknown')}/put-back`, 404],
    ['DELETE', '/app/ops/dead-letters/%zz', 400],
    ['POST', '/app/ops/dead-letters', 405],
    ['DELETE', '/app/ops/dead-letters', 405],
    ['PUT', pathOf('entry:unknown'), 405],
    ['GET', `${pathOf('entry:unknown')}/put-back`, 405],
    ['POST', '/app/ops/instances', 405],
    ['GET', '/app/ops', 404],
    ['GET', '/app/compose', 405],
  ])('should respond to %s %s with %d', async (method, path, status) => {
    const response = await call(path, { method, headers: JSON_TYPE });
    expect(response.status).toBe(status);
    await problemOf(response);
  });

  it("should report that the records can't be read", async () => {
    const { setAsideRecords } = bff.backend;
    const { names } = setAsideRecords;
    setAsideRecords.names = () => Promise.reject(new Error('down'));
    const response = await call('/app/ops/dead-letters');
    setAsideRecords.names = names.bind(setAsideRecords);
    expect((await problemOf(response)).code).toBe('unavailable');
  });
});

describe('POST /app/compose', () => {
  it('should add missing ids, pass the notifications to the producer, and return the ids', async () => {
    const seen: unknown[] = [];
    bff.backend.composeWith(async (body) => {
      seen.push(body);
      return { ids: ['accepted'] };
    });
    const response = await post('/app/compose', '{"title":"Ä 🔔"}');
    expect([response.status, await response.json()]).toEqual([202, { ids: ['accepted'] }]);
    await post('/app/compose', '{"id":"mine","title":"x"}');
    await post('/app/compose', '[{"title":"x"},{"id":"own"},null]');
    expect(seen).toEqual([
      { id: expect.stringMatching(/^[\w-]{36}$/) as string, title: 'Ä 🔔' },
      { id: 'mine', title: 'x' },
      [{ id: expect.stringMatching(/^[\w-]{36}$/) as string, title: 'x' }, { id: 'own' }, null],
    ]);
  });

  it('should return all errors that the producer finds', async () => {
    const errors = [
      { path: 'title', message: 'is missing' },
      { path: 'actions.0.link', message: 'must be a link' },
    ];
    bff.backend.composeWith(async () => ({
      problem: {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        code: 'invalid_notification',
        detail: 'Nothing was accepted.',
        errors,
      },
    }));
    const response = await post('/app/compose', '{}');
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ code: 'invalid_notification', errors });
  });

  it("should return 503 with the id when the producer doesn't respond", async () => {
    bff.backend.composeWith(() => Promise.reject(new Error('down')));
    const response = await post('/app/compose', '{"title":"x"}');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await problemOf(response)).ids).toHaveLength(1);
    const list = await post('/app/compose', '[{"title":"x"},{"title":"y","id":"y"}]');
    expect((await problemOf(list)).ids).toEqual([expect.stringMatching(/^[\w-]{36}$/), 'y']);
    expect((await problemOf(await post('/app/compose', '[]'))).ids).toBeUndefined();
  });

  it.each([
    ['', JSON_TYPE, 400, 'invalid_json'],
    ['{', JSON_TYPE, 400, 'invalid_json'],
    ['{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
    [`"${'x'.repeat(1024 * 1024)}"`, JSON_TYPE, 413, 'payload_too_large'],
    ['{}', { ...JSON_TYPE, origin: 'null' }, 403, 'forbidden'],
  ])('should refuse the body %.10s with the headers %j', async (body, headers, status, code) => {
    bff.backend.composeWith(() => Promise.reject(new Error('must not be called')));
    const response = await post('/app/compose', body, headers);
    expect([response.status, (await problemOf(response)).code]).toEqual([status, code]);
  });
});

describe('an instance that requires tokens', () => {
  const CALLS = [
    ['GET', '/app/ops/instances'],
    ['GET', '/app/ops/dead-letters'],
    ['GET', pathOf('entry:x')],
    ['DELETE', pathOf('entry:x')],
    ['POST', `${pathOf('entry:x')}/put-back`],
    ['POST', '/app/compose'],
    ['GET', '/app/ops/nothing'],
  ] as const;
  let guarded: ServedBff;
  beforeAll(async () => {
    guarded = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
    guarded.backend.composeWith(async () => ({ ids: ['x'] }));
  });
  afterAll(() => guarded.stop());

  const statuses = (token?: string) =>
    Promise.all(
      CALLS.map(async ([method, path]) => {
        const headers = { ...JSON_TYPE, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
        const body = method === 'POST' ? { body: '{}' } : {};
        return (await fetch(`${guarded.url}${path}`, { method, headers, ...body })).status;
      }),
    );

  it('should only admit callers with the `ops` role', async () => {
    expect(new Set(await statuses())).toEqual(new Set([401]));
    expect(new Set(await statuses('x'))).toEqual(new Set([401]));
    expect(new Set(await statuses(secretToken({ roles: [] })))).toEqual(new Set([403]));
    expect(new Set(await statuses(secretToken({ roles: ['OPS', 'ops2'] })))).toEqual(new Set([403]));
    expect(await statuses(secretToken({ roles: ['other', 'ops'] }))).toEqual([
      200, 200, 404, 404, 404, 202, 404,
    ]);
  });

  it('should let readers without the role read feeds', async () => {
    const headers = { authorization: `Bearer ${secretToken()}` };
    expect((await guarded.page('all', headers)).status).toBe(200);
  });
});
