import { APP_IDS, DOCUMENT_VERSION, DUE_WINDOW_KEY, dueKey, idBesideAnother } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf } from '../../testing/away/deployment.ts';
import { awayKey, hashOfReader } from '../away/fallbacks/document.ts';
import { ErasedContent } from '../deliver/erase/erased-content.ts';
import type { RedisConnection } from './connection.ts';
import { eraseFromKeys, type KeyEraserDependencies } from './erase-from-keys.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const notification = {
  ...{ id: 'a', feed: 'user:1', severity: 'info', title: 'a', createdAt: '2026-01-01T00:00:00.000Z' },
};
const keyOf = (name: string) => `${APP_IDS.producer}||${dueKey(name)}`;

/** Creates a Redis server with these documents. In a cluster, `isReady` is false while a master is disconnected. */
function redisWith(documents: Map<string, object>, isReady = () => true): RedisConnection {
  const client = {
    get isReady() {
      return isReady();
    },
    scan: async () => ({ cursor: '0', keys: [...documents.keys()] }),
    hGet: async (key: string) => JSON.stringify(documents.get(key)),
    del: async (key: string) => Number(documents.delete(key)),
  };
  return { client, withTimeout: (outcome: Promise<unknown>) => outcome } as unknown as RedisConnection;
}

it('should delete orphaned schedules, but not schedules that the producer is about to list', async () => {
  const value = { v: DOCUMENT_VERSION, at: 5, notification };
  const index = (...names: string[]) => ({
    v: DOCUMENT_VERSION,
    due: names.map((name) => ({ name, at: 5, owner: 'one' })),
  });
  const indexKey = `${APP_IDS.producer}||${DUE_WINDOW_KEY}`;
  const documents = new Map<string, object>([
    ...['orphan', 'listed', 'new'].map((name): [string, object] => [keyOf(name), value]),
    [keyOf('of another feed'), { ...value, notification: { ...notification, feed: 'user:2' } }],
    [indexKey, index('listed')],
  ]);
  const redis = redisWith(documents);
  const content = new ErasedContent([{ feed: 'user:1', before: Date.parse('2026-02-01T00:00:00Z') }]);
  const dependencies = { state: redis, entriesRedis: redis } as unknown as KeyEraserDependencies;
  const erased = eraseFromKeys(dependencies, content);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(documents.has(keyOf('new'))).toBe(true);
  documents.set(indexKey, index('listed', 'new'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await erased).toBe(1);
  expect([...documents.keys()].filter((key) => key.startsWith(keyOf('')))).toEqual(
    ['listed', 'new', 'of another feed'].map((name) => keyOf(name)),
  );
});

it('should keep schedules and reject if the due window cannot be read', async () => {
  const schedule = { v: DOCUMENT_VERSION, at: 5, notification };
  const documents = new Map<string, object>([
    [keyOf('listed'), schedule],
    [`${APP_IDS.producer}||${DUE_WINDOW_KEY}`, { v: DOCUMENT_VERSION + 1, due: ['listed'] }],
  ]);
  const redis = redisWith(documents);
  const dependencies = { state: redis, entriesRedis: redis } as unknown as KeyEraserDependencies;
  const content = new ErasedContent([{ feed: 'user:1', before: Date.parse('2026-02-01') }]);
  const outcome = expect(eraseFromKeys(dependencies, content)).rejects.toThrow('due window');
  await vi.advanceTimersByTimeAsync(10_000);
  await outcome;
  expect(documents.has(keyOf('listed'))).toBe(true);
});

it('should take the same steps for each key, no matter how many feeds were erased', async () => {
  const stepsAfter = async (erasures: number) => {
    const erased = Array.from({ length: erasures }, (_, n) => ({ feed: `topic:${n}`, before: 1 }));
    const redis = redisWith(
      new Map(Array.from({ length: 1_000 }, (_, n) => [`${APP_IDS.bff}||head:${n}`, {}])),
    );
    const dependencies = { state: redis, entriesRedis: redis } as unknown as KeyEraserDependencies;
    const content = new ErasedContent(erased);
    const comparisons = vi.spyOn(String.prototype, 'startsWith');
    expect(await eraseFromKeys(dependencies, content)).toBe(0);
    const { length } = comparisons.mock.calls;
    comparisons.mockRestore();
    return length;
  };
  expect(await stepsAfter(10_000)).toBe(await stepsAfter(1));
});

it('should erase the other keys if one cannot be read, but reject so that the search is repeated', async () => {
  const documents = new Map<string, object>([
    ['entry:unreadable', {}],
    [keyOf('orphan'), { v: DOCUMENT_VERSION, at: 5, notification }],
  ]);
  const redis = redisWith(documents);
  const peek = () => Promise.reject(new Error('WRONGTYPE'));
  const dependencies = {
    state: redis,
    entriesRedis: redis,
    entries: { peek },
  } as unknown as KeyEraserDependencies;
  const erased = eraseFromKeys(
    dependencies,
    new ErasedContent([{ feed: 'user:1', before: Date.parse('2026-02-01') }]),
  );
  const outcome = expect(erased).rejects.toThrow('entry:unreadable');
  await vi.advanceTimersByTimeAsync(10_000);
  await outcome;
  expect([...documents.keys()]).toEqual(['entry:unreadable']);
});

it.each([
  ['before', (scans: number) => scans > 0],
  ['after', (scans: number) => scans === 0],
])(
  'should search the connected masters, but reject if one is disconnected %s the scan',
  async (_, isReady) => {
    let scans = 0;
    const documents = new Map([[keyOf('orphan'), { v: DOCUMENT_VERSION, at: 5, notification }]]);
    const redis = redisWith(documents, () => isReady(scans));
    const { scan } = redis.client;
    vi.spyOn(redis.client, 'scan').mockImplementation((...args) => {
      scans++;
      return scan(...args);
    });
    const dependencies = { state: redis, entriesRedis: redis } as unknown as KeyEraserDependencies;
    const content = new ErasedContent([{ feed: 'user:1', before: Date.parse('2026-02-01') }]);
    const outcome = expect(eraseFromKeys(dependencies, content)).rejects.toThrow('not connected');
    await vi.advanceTimersByTimeAsync(10_000);
    await outcome;
    expect(documents.size).toBe(0);
  },
);

it('should remove erased content from fallbacks that a delayed turn stored after the erasure', async () => {
  const { store, instance } = deployment();
  const { fallbacks } = instance();
  await fallbacks.committed(itemsOf(arrival('gone', after('P1D')), arrival('kept', after('P1D'))));
  const event = { ...arrival('event', after('P1D')), sourceHash: 'hash' };
  await fallbacks.committed(itemsOf(event));
  const key = awayKey(hashOfReader(READER));
  const redis = redisWith(new Map([[`${APP_IDS.bff}||${key}`, (await store.read(key))?.value as object]]));
  const eraseFallbacks = fallbacks.erase.bind(fallbacks);
  const dependencies = {
    state: redis,
    entriesRedis: redis,
    eraseFallbacks,
  } as unknown as KeyEraserDependencies;
  const ids = ['gone', idBesideAnother('event', 'hash')];
  expect(await eraseFromKeys(dependencies, new ErasedContent([{ feed: 'user:other', ids }]))).toBe(0);
  expect(await eraseFromKeys(dependencies, new ErasedContent([{ feed: READER, ids }]))).toBe(1);
  expect((await fallbacks.stored(READER))?.waiting.map(({ id }) => id)).toEqual(['kept']);
});

it('should keep fallbacks from after an erasure, even if an erased notification had the same id', async () => {
  const { store, instance } = deployment();
  const { fallbacks } = instance();
  const older = { ...arrival('a', after('P1D')), createdAt: '2026-01-01T00:00:00.000Z' };
  const newer = { ...older, createdAt: '2026-01-03T00:00:00.000Z' };
  vi.setSystemTime(new Date('2026-01-01T12:00:00Z'));
  await fallbacks.committed(itemsOf(older));
  await fallbacks.committed(itemsOf(newer));
  const key = awayKey(hashOfReader(READER));
  const redis = redisWith(new Map([[`${APP_IDS.bff}||${key}`, (await store.read(key))?.value as object]]));
  const eraseFallbacks = fallbacks.erase.bind(fallbacks);
  const dependencies = {
    state: redis,
    entriesRedis: redis,
    eraseFallbacks,
  } as unknown as KeyEraserDependencies;
  const before = Date.parse('2026-01-02T00:00:00Z');
  expect(await eraseFromKeys(dependencies, new ErasedContent([{ feed: READER, before }]))).toBe(1);
  expect((await fallbacks.stored(READER))?.waiting.map(({ createdAt }) => createdAt)).toEqual([
    newer.createdAt,
  ]);
});

it('should read only the fallbacks of readers with erased content', async () => {
  const readers = Array.from({ length: 100 }, (_, n) => `user:${n}`);
  const keyOfReader = (reader: string) => `${APP_IDS.bff}||${awayKey(hashOfReader(reader))}`;
  const redis = redisWith(new Map(readers.map((reader) => [keyOfReader(reader), {}])));
  const read = vi.spyOn(redis.client, 'hGet');
  const dependencies = { state: redis, entriesRedis: redis } as unknown as KeyEraserDependencies;
  const erased = [
    { feed: 'user:7', ids: ['a'] },
    { feed: 'user:8', before: 1 },
    { feed: 'all', before: 1 },
  ];
  expect(await eraseFromKeys(dependencies, new ErasedContent(erased))).toBe(0);
  expect(read.mock.calls.map(([key]) => key)).toEqual(['user:7', 'user:8'].map(keyOfReader));
});
