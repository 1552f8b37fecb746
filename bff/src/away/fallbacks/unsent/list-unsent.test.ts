import { AWAY_UNSENT_KEY, unsentQuerySchema } from '@tocsin/contracts';
import { expect, it, vi } from 'vitest';
import { MemoryReaderStore } from '../../../memory/reader-store.ts';
import { AWAY_TTL_SECONDS, awayKey, hashOfReader, newAway, type Receipt } from '../document.ts';
import { PRUNE_AFTER_MS, listUnsent } from './list-unsent.ts';
import { UnsentIndex } from './unsent-index.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const receipt = (id: string, members: Partial<Receipt> = {}): Receipt => ({
  ...{ id, createdAt: '2026-03-01T09:00:00Z', via: 'email', outcome: 'refused', at: NOW - 1_000 },
  ...members,
});

function world() {
  const store = new MemoryReaderStore();
  let time = NOW;
  const readers: [string, number][] = [];
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const now = () => time;
  const index = new UnsentIndex({ store, onError, now });
  const list = (query: { limit?: string; cursor?: string } = {}) =>
    listUnsent(unsentQuerySchema.parse(query), { store, index, onError, now });
  return {
    ...{ store, index, errors, list },
    advance: (ms: number) => (time += ms),
    /** Adds a reader to the index. Only writes the reader's document if there are receipts. */
    async add(reader: string, receipts?: Receipt[], more: object = {}) {
      const stored = await store.read(AWAY_UNSENT_KEY);
      readers.unshift([hashOfReader(reader), time++]);
      await store.write(AWAY_UNSENT_KEY, { v: 1, readers }, stored?.etag);
      const document = { ...newAway(reader), receipts, ...more };
      if (receipts) await store.write(awayKey(hashOfReader(reader)), document, undefined);
    },
    ids: async (query?: { limit?: string; cursor?: string }) =>
      (await list(query)).fallbacks.map(({ id }) => id),
    count: async () => (await index.read()).readers.length,
  };
}

it('should list refused fallbacks and those with an unknown outcome, by newest reader, then by newest receipt', async () => {
  const { add, list, ids } = world();
  await add('user:ada', [
    receipt('a', { reason: 'no such user' }),
    receipt('b', { outcome: 'unknown' }),
    receipt('c', { outcome: 'sent' }),
    receipt('d', { outcome: 'suppressed' }),
    receipt('e', { closed: 'dismissed' }),
    receipt('f', { at: NOW - AWAY_TTL_SECONDS * 1000 }),
  ]);
  await add('user:ben', [receipt('g')]);
  expect(await ids()).toEqual(['g', 'b', 'a']);
  const page = await list();
  expect(page).toMatchObject({ next: null, unreadable: 0, truncatedAt: null });
  expect(page.fallbacks[2]).toEqual({
    ...{ reader: 'user:ada', id: 'a', createdAt: '2026-03-01T09:00:00Z', via: 'email' },
    ...{ outcome: 'refused', reason: 'no such user', at: '2026-03-01T09:59:59.000Z' },
  });
});

it('should list every fallback once with any page size, even if fallbacks are closed between pages', async () => {
  const { store, add, list } = world();
  const receipts = Array.from({ length: 5 }, (_, n) => receipt(`a${n}`));
  await add('user:ada', receipts);
  await add('user:ben', [receipt('b')]);
  for (const limit of ['1', '2', '3', '6']) {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ limit, ...(cursor && { cursor }) });
      expect(page.fallbacks.length).toBeLessThanOrEqual(Number(limit));
      found.push(...page.fallbacks.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(found).toEqual(['b', 'a4', 'a3', 'a2', 'a1', 'a0']);
  }
  const { next } = await list({ limit: '3' });
  const key = awayKey(hashOfReader('user:ada'));
  const closed = receipts.map((one, n) => (n > 2 ? { ...one, closed: 'dismissed' } : one));
  const stored = await store.read(key);
  await store.write(key, { ...newAway('user:ada'), receipts: closed }, stored?.etag);
  const { fallbacks } = await list({ limit: '3', cursor: next ?? '' });
  expect(fallbacks.map(({ id }) => id)).toEqual(['a2', 'a1', 'a0']);
});

it('should end a page after 100 documents', async () => {
  const { add, list } = world();
  await add('user:old', [receipt('old')]);
  for (let n = 0; n < 100; n++) await add(`user:${n}`);
  const first = await list();
  expect([first.fallbacks.length, typeof first.next]).toEqual([0, 'string']);
  const second = await list({ cursor: first.next ?? '' });
  expect([second.fallbacks.map(({ id }) => id), second.next]).toEqual([['old'], null]);
});

it('should end a page after 4 MiB', async () => {
  const { add, list } = world();
  for (let n = 0; n < 30; n++) await add(`user:big${n}`, [], { padding: 'x'.repeat(300_000) });
  await add('user:new', [receipt('new')]);
  const first = await list();
  expect(first.fallbacks).toHaveLength(1);
  expect(first.next).not.toBeNull();
  const second = await list({ cursor: first.next ?? '' });
  expect(second).toMatchObject({ fallbacks: [], next: null });
});

it('should remove readers without unsent fallbacks from the index, unless they were added recently', async () => {
  const { add, list, count, advance } = world();
  await add('user:ada', [receipt('a', { closed: 'sent-again' })]);
  await add('user:erased');
  await add('user:ben', [receipt('b')]);
  await list();
  expect(await count()).toBe(3);
  advance(PRUNE_AFTER_MS);
  await list();
  expect(await count()).toBe(1);
  await list();
  expect(await count()).toBe(1);
});

it('should skip and count unreadable documents, but keep the readers in the index', async () => {
  const { store, add, list, count, advance, errors } = world();
  await add('user:ada', [receipt('a')]);
  await add('user:later', [], { v: 2 });
  await add('user:moved', [receipt('m')], { reader: 'user:other' });
  await add('user:away', [receipt('b')]);
  const read = store.read.bind(store);
  vi.spyOn(store, 'read').mockImplementation(async (key) => {
    if (key === awayKey(hashOfReader('user:away'))) throw new Error('down');
    return read(key);
  });
  advance(PRUNE_AFTER_MS);
  const { fallbacks, unreadable } = await list();
  expect([fallbacks.map(({ id }) => id), unreadable, errors.length]).toEqual([['a'], 3, 3]);
  expect(await count()).toBe(4);
});

it('should return a page if pruning the index fails, but reject if reading the index fails', async () => {
  const { store, add, ids, advance, errors } = world();
  await add('user:ada', [receipt('a')]);
  await add('user:erased');
  advance(PRUNE_AFTER_MS);
  vi.spyOn(store, 'write').mockRejectedValue(new Error('down'));
  expect([await ids(), errors.length]).toEqual([['a'], 1]);
  vi.spyOn(store, 'read').mockRejectedValue(new Error('down'));
  await expect(ids()).rejects.toThrow('down');
});

it('should report when newer readers last displaced older readers from the index', async () => {
  const { store, list, advance } = world();
  await store.write(AWAY_UNSENT_KEY, { v: 1, readers: [], displacedAt: NOW }, undefined);
  const { truncatedAt } = await list({ limit: '1' });
  expect(Date.parse(truncatedAt ?? '')).toBe(NOW);
  advance(AWAY_TTL_SECONDS * 1000);
  expect((await list()).truncatedAt).toBeNull();
});

it('should list only one of a notification’s fallbacks if a channel refused two at the same time', async () => {
  const { add, ids } = world();
  await add('user:ada', [receipt('a'), receipt('a'), receipt('b'), receipt('b')]);
  expect(await ids()).toEqual(['b', 'a']);
});
