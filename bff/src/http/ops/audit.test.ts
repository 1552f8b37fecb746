import {
  AUDIT_STREAMS,
  SECRETS,
  auditPageSchema,
  auditRecordSchema,
  listedAuditRecordSchema,
  problemSchema,
  type AuditPage,
} from '@tocsin/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, secretToken } from '../../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { aRecord } from '../../../testing/suites/audit-trail.ts';
import { MemoryAuditStore } from '../../memory/audit-store.ts';
import type { MemorySetAside } from '../../memory/set-aside.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({});
});
afterAll(() => bff.stop());

let store: MemoryAuditStore;
beforeEach(() => {
  store = new MemoryAuditStore();
  bff.backend.auditReader.read = store.read.bind(store);
});
const get = (query = '', headers: Record<string, string> = {}) =>
  fetch(`${bff.url}/app/ops/audit${query}`, { headers });
const pageOf = async (query = ''): Promise<AuditPage> => {
  const response = await get(query);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return auditPageSchema.parse(await response.json());
};

describe('GET /app/ops/audit', () => {
  it('should return an empty page if there are no records', async () => {
    expect(await pageOf()).toEqual({ records: [], unreadable: 0, next: null });
  });

  it('should page through all streams, newest record first, and return each record once', async () => {
    const ids = Array.from({ length: 23 }, (_, n) => `r-${n}`);
    for (const [n, id] of ids.entries()) await store.append(AUDIT_STREAMS[n % 3] ?? 'acts', aRecord({ id }));
    // The same record, rewritten because the first write might have failed.
    await store.append('acts', aRecord({ id: 'r-22' }));
    const read: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: AuditPage = await pageOf(`?limit=10${next && `&before=${next}`}`);
      read.push(...page.records.map(({ id }) => id));
      next = page.next;
    }
    expect(read).toEqual(ids.toReversed());
  });

  it('should find records by action, actor kind, and partial actor name', async () => {
    await store.append(
      'acts',
      aRecord({ id: 'a', action: 'erase', actor: { kind: 'key', name: 'Web Shop' } }),
    );
    await store.append('publications', aRecord({ id: 'b', actor: { kind: 'app', name: 'shop' } }));
    await store.append('refusals', aRecord({ id: 'c', actor: { kind: 'anonymous' } }));
    const found = async (query: string) => (await pageOf(query)).records.map(({ id }) => id);
    expect(await found('?action=erase')).toEqual(['a']);
    expect(await found('?actor=SHOP')).toEqual(['b', 'a']);
    expect(await found('?actor=anonymous')).toEqual(['c']);
    expect(await found('?actor=shop&action=publish')).toEqual(['b']);
    expect(await found('?action=unheard-of')).toEqual([]);
  });

  it('should stop a long search with few matches and return where to continue', async () => {
    await store.append('acts', aRecord({ id: 'old', action: 'erase' }));
    for (let n = 0; n < 2_500; n++) await store.append('publications', aRecord());
    const first = await pageOf('?action=erase');
    expect([first.records, typeof first.next]).toEqual([[], 'string']);
    const { records, next } = await pageOf(`?action=erase&before=${first.next}`);
    expect([records.map(({ id }) => id), next]).toEqual([['old'], null]);
  });

  it('should show a record with values from a newer version, and count unreadable records', async () => {
    await store.append('acts', {
      ...aRecord({ id: 'new', action: 'archive', via: 'pigeon' }),
      flag: true,
    } as never);
    await store.append('acts', { ...aRecord(), v: 2 } as never);
    expect(await pageOf()).toMatchObject({ records: [{ id: 'new', action: 'archive' }], unreadable: 1 });
  });

  it('should return JSON lines and a link to the next page on request', async () => {
    for (const id of ['a', 'b', 'c']) await store.append('acts', aRecord({ id }));
    const response = await get('?limit=2&actor=key', { accept: 'application/x-ndjson' });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const text = await response.text();
    expect(text.endsWith('}\n')).toBe(true);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => listedAuditRecordSchema.parse(JSON.parse(line)));
    expect(lines.map(({ id }) => id)).toEqual(['c', 'b']);
    const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '') ?? [];
    const rest = await fetch(`${bff.url}${next}`, { headers: { accept: 'application/x-ndjson' } });
    expect((await rest.text()).split('\n')).toHaveLength(2);
    expect(rest.headers.get('link')).toBeNull();
  });

  it('should list all errors in a query', async () => {
    const response = await get('?before=1-2.3&limit=201&action=A&actor=&colour=red&limit=2');
    const { code, errors } = problemSchema.parse(await response.json());
    expect([response.status, code]).toEqual([400, 'invalid_query']);
    const paths = [...new Set(errors?.map(({ path }) => path))].sort();
    expect(paths).toEqual(['action', 'actor', 'before', 'colour', 'limit']);
    expect((await fetch(`${bff.url}/app/ops/audit`, { method: 'DELETE' })).status).toBe(405);
  });

  it("should report that the audit trail can't be read", async () => {
    bff.backend.auditReader.read = () => Promise.reject(new Error('down'));
    const response = await get();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('an action on the ops page', () => {
  let guarded: ServedBff;
  let records: MemorySetAside['records'];
  beforeAll(async () => {
    guarded = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
    records = (guarded.backend.setAside as MemorySetAside).records;
  });
  afterAll(() => guarded.stop());

  const MARKER = 'never-in-the-trail';
  const call = (method: string, path: string, { roles = ['ops'], body = '', sub = 'user-1' } = {}) =>
    fetch(`${guarded.url}${path}`, {
      method,
      headers: {
        ...JSON_TYPE,
        ...(roles.length > 0 && { authorization: `Bearer ${secretToken({ roles, sub })}` }),
      },
      ...(method === 'POST' && { body }),
    });
  const setAside = (entry: string) => {
    const content = JSON.stringify({
      ...{
        v: 1,
        notifications: [{ id: entry, feed: 'all', title: MARKER, createdAt: new Date().toISOString() }],
      },
    });
    const rest = { feed: 'all', faults: [MARKER], at: '2026-01-01T00:00:00Z' };
    records.set(entry, { v: 1, entry, content, reason: 'invalid', ...rest });
    return `/app/ops/dead-letters/${encodeURIComponent(entry)}`;
  };

  it('should be recorded once, with the actor but no content', async () => {
    guarded.backend.composeWith(async () => ({ ids: ['composed'] }));
    const compose = JSON.stringify([
      { feed: 'topic:a', title: MARKER },
      { title: MARKER, feed: 7 },
    ]);
    expect((await call('POST', '/app/compose', { body: compose })).status).toBe(202);
    expect((await call('POST', `${setAside('entry:1')}/put-back`)).status).toBe(204);
    expect((await call('DELETE', setAside('entry:2'))).status).toBe(204);
    expect((await call('DELETE', setAside('entry:3'), { roles: ['other'] })).status).toBe(403);
    expect((await call('POST', '/app/compose', { roles: [] })).status).toBe(401);
    // These requests are permitted, but fail.
    expect((await call('DELETE', '/app/ops/dead-letters/unknown')).status).toBe(404);
    expect((await call('POST', `${setAside('entry:4').replace('4', '5')}/put-back`)).status).toBe(404);
    guarded.backend.composeWith(() => Promise.reject(new Error('down')));
    const lost = JSON.stringify({ id: 'lost', title: MARKER });
    expect((await call('POST', '/app/compose', { body: lost })).status).toBe(503);
    await expect.poll(async () => (await stored()).length).toBe(6);
    const reader = { via: 'ops', actor: { kind: 'reader', name: 'user-1' }, requests: 1 };
    expect(await stored()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...reader,
          action: 'compose',
          outcome: 'done',
          feeds: { count: 1, first: ['topic:a'] },
        }),
        expect.objectContaining({
          ...reader,
          action: 'compose',
          outcome: 'uncertain',
          ids: { count: 1, first: ['lost'] },
        }),
        expect.objectContaining({
          ...reader,
          action: 'put-back',
          outcome: 'done',
          ids: { count: 1, first: ['entry:1'] },
        }),
        expect.objectContaining({
          ...reader,
          action: 'delete',
          outcome: 'done',
          ids: { count: 1, first: ['entry:2'] },
        }),
        expect.objectContaining({ ...reader, action: 'delete', outcome: 'forbidden' }),
        expect.objectContaining({
          ...reader,
          action: 'compose',
          outcome: 'unauthorized',
          actor: { kind: 'anonymous' },
        }),
      ]),
    );
    expect(JSON.stringify(await stored())).not.toContain(MARKER);
  });

  const stored = async () =>
    (await guarded.backend.auditReader.read(undefined, 100)).map(({ value }) => value);

  it('should be recorded with its action name if it is refused', async () => {
    const names = {
      ...{
        'DELETE /app/ops/revocations/ada': 'reader-restored',
        'POST /app/ops/revocations': 'reader-revoked',
      },
      ...{ 'POST /app/ops/dead-letters/put-back/': 'put-back', 'POST /app/compose/': 'compose' },
      ...{ 'POST /app/ops/dead-letters/e/put-back?x=1': 'put-back', 'PUT /app/ops/revocations': 'call' },
    };
    for (const sub of Object.keys(names)) {
      const [method = '', path = ''] = sub.split(' ');
      expect((await call(method, path, { roles: ['other'], sub })).status).toBe(403);
    }
    const recorded = async () => {
      const records = (await stored()).map((one) => auditRecordSchema.parse(one));
      const refused = records.filter(
        ({ outcome, actor }) => outcome === 'forbidden' && actor.name !== 'user-1',
      );
      return Object.fromEntries(refused.map(({ action, actor }) => [actor.name ?? '', action]));
    };
    await expect.poll(recorded).toEqual(names);
  });

  it('should only be visible in the trail to callers with the `ops` role', async () => {
    expect((await call('GET', '/app/ops/audit')).status).toBe(200);
    expect((await call('GET', '/app/ops/audit', { roles: ['other'] })).status).toBe(403);
    expect((await call('GET', '/app/ops/audit', { roles: [] })).status).toBe(401);
  });
});
