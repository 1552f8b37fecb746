import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AWAY_UNSENT_KEY,
  auditPageSchema,
  problemSchema,
  unsentPageSchema,
  unsentResultSchema,
  type UnsentFallback,
  type UnsentName,
} from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serveBff, type ServedBff } from '../../../../testing/served-bff.ts';
import { awayKey, hashOfReader, newAway, type Receipt } from '../../../away/fallbacks/document.ts';

const READER = 'user:ada';
const KEY = awayKey(hashOfReader(READER));
let folder: string;
let bff: ServedBff;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tocsin-unsent-'))));
afterEach(async () => {
  await bff.stop();
  rmSync(folder, { recursive: true });
});

/** Serves an instance with these receipts in the store. */
async function serve(receipts: Partial<Receipt>[] = []): Promise<void> {
  const file = join(folder, 'away.json');
  const email = { from: 'a@example.com', window: 'PT0S' };
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example', email }));
  bff = await serveBff({ PUBLISHED_ON: 'loopback', AWAY_FILE: file });
  const at = Date.now() - 1_000;
  const base = { createdAt: '2026-01-01T00:00:00Z', via: 'email', outcome: 'refused' as const, at };
  const all = receipts.map((one, n) => ({ ...base, id: `n${n}`, ...one }));
  const { readers: store } = bff.backend;
  await store.write(KEY, { ...newAway(READER), receipts: all }, undefined, 60);
  await store.write(AWAY_UNSENT_KEY, { v: 1, readers: [[hashOfReader(READER), at]] }, undefined, 60);
}
const get = (query = '') => fetch(`${bff.url}/app/ops/fallbacks/unsent${query}`);
const pageOf = async (query = '') => {
  const response = await get(query);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return unsentPageSchema.parse(await response.json());
};
const post = (action: string, fallbacks: unknown) =>
  fetch(`${bff.url}/app/ops/fallbacks/${action}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ fallbacks }),
  });
const resultOf = async (response: Response) => unsentResultSchema.parse(await response.json());
const nameOf = ({ outcome: _, reason: _reason, ...name }: UnsentFallback): UnsentName => name;
const names = async () => (await pageOf()).fallbacks.map(nameOf);

describe('GET /app/ops/fallbacks/unsent', () => {
  it('should return the list in pages', async () => {
    await serve([{ reason: 'no such user' }, { outcome: 'unknown' }, { outcome: 'sent' }]);
    const first = await pageOf('?limit=1');
    expect(first).toMatchObject({ fallbacks: [{ id: 'n1', outcome: 'unknown' }], unreadable: 0 });
    const second = await pageOf(`?cursor=${first.next}`);
    expect(second).toMatchObject({ fallbacks: [{ id: 'n0', reason: 'no such user' }], next: null });
  });

  it('should refuse invalid parameters', async () => {
    await serve();
    for (const query of ['?limit=0', '?limit=101', '?limit=x', '?cursor=x', '?cursor=', '?a=1']) {
      const response = await get(query);
      const problem = problemSchema.parse(await response.json());
      expect(problem, query).toMatchObject({ status: 400, code: 'invalid_query' });
    }
  });

  it("should return 503 while the store doesn't respond", async () => {
    await serve();
    vi.spyOn(bff.backend.readers, 'read').mockRejectedValue(new Error('down'));
    const response = await get();
    expect(problemSchema.parse(await response.json())).toMatchObject({ status: 503, code: 'unavailable' });
  });
});

describe('POST /app/ops/fallbacks/send-again and /dismiss', () => {
  it('should report successes and failures, and record the successes in the audit trail', async () => {
    await serve([{}, {}]);
    const [second, first] = (await names()) as [UnsentName, UnsentName];
    const unknown = { ...first, id: 'z' };
    const sent = await resultOf(await post('send-again', [first, unknown]));
    expect(sent).toMatchObject({ done: 1, failed: [{ id: 'z', code: 'not_found' }] });
    expect(await resultOf(await post('dismiss', [second]))).toEqual({ done: 1, failed: [] });
    expect(await names()).toEqual([]);
    await vi.waitFor(async () => {
      const { records } = auditPageSchema.parse(await (await fetch(`${bff.url}/app/ops/audit`)).json());
      expect(
        records.map(({ action, outcome, ids, feeds }) => [action, outcome, ids?.first, feeds?.first]),
      ).toEqual([
        ['dismiss', 'done', ['n1'], [READER]],
        ['send-again', 'done', ['n0'], [READER]],
      ]);
    });
    await vi.waitFor(async () => {
      const stored = (await bff.backend.readers.read(KEY))?.value as { receipts: Receipt[] };
      expect(stored.receipts.at(-1)?.reason).toBe('the reader has no address for this channel');
    });
  });

  it("should record an unknown outcome while the store doesn't respond", async () => {
    await serve([{}]);
    const [only] = await names();
    vi.spyOn(bff.backend.readers, 'write').mockRejectedValue(new Error('down'));
    expect(await resultOf(await post('dismiss', [only]))).toMatchObject({
      ...{ done: 0, failed: [{ id: 'n0', code: 'unavailable' }] },
    });
    await vi.waitFor(async () => {
      const { records } = auditPageSchema.parse(await (await fetch(`${bff.url}/app/ops/audit`)).json());
      expect(records).toMatchObject([{ action: 'dismiss', outcome: 'uncertain' }]);
    });
  });

  it.each(['send-again', 'dismiss'])('should list all errors in a body: %s', async (action) => {
    await serve();
    const bad = { reader: 'all', id: '', createdAt: 'now', via: 'E-Mail', at: 1, more: true };
    const problem = problemSchema.parse(await (await post(action, [bad])).json());
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
    const paths = problem.errors?.map(({ path }) => path.replace('fallbacks.0.', ''));
    expect(paths?.toSorted()).toEqual(['at', 'createdAt', 'id', 'more', 'reader', 'via']);
    const many = Array.from({ length: 101 }, () => ({}));
    expect((await post(action, many)).status).toBe(400);
    expect((await post(action, [])).status).toBe(400);
    expect((await fetch(`${bff.url}/app/ops/fallbacks/${action}`)).status).toBe(405);
  });
});

it('should return an empty list if there are no channels, and explain why nothing can be sent', async () => {
  bff = await serveBff({ PUBLISHED_ON: 'loopback' });
  expect(await pageOf()).toEqual({ fallbacks: [], next: null, unreadable: 0, truncatedAt: null });
  const name = {
    reader: READER,
    id: 'a',
    createdAt: '2026-01-01T00:00:00Z',
    via: 'email',
    at: '2026-01-01T00:00:00Z',
  };
  const problem = problemSchema.parse(await (await post('send-again', [name])).json());
  expect(problem).toMatchObject({ status: 404, code: 'not_found' });
  expect(problem.detail).toContain('AWAY_FILE');
});
