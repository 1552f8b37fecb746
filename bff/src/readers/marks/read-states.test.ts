import { ledgerKey, mutesKey, readKey, type ReadDocument } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { DocumentLedger } from '../documents/document-ledger.ts';
import type { ReaderChange } from '../events/reader-change.ts';
import { Histories } from './histories.ts';
import { ReadStates, stateIn } from './read-states.ts';

const ADA = 'user:ada';
let now: number;
let head: { epoch: string; offset: number };
let currentHead: typeof head;
let store: MemoryReaderStore;
let channel: MemoryBroadcaster;
let published: ReaderChange[];

beforeEach(() => {
  now = 1_000_000;
  head = { epoch: '1-a', offset: 9 };
  currentHead = head;
  store = new MemoryReaderStore();
  channel = new MemoryBroadcaster();
  published = [];
  channel.onChange((event) => published.push(event));
});

/** Creates an instance. All instances share the store, the channel and the feed. */
const instance = () =>
  new ReadStates({
    ...{ store, channel, ttlSecondsOf: () => 60, now: () => now },
    ledger: new DocumentLedger({ store, max: 3, now: () => now }),
    histories: new Histories({
      now: () => now,
      view: () => ({
        knownPosition: () => Promise.resolve(head),
        currentPosition: () => Promise.resolve(head),
        compare: async () => void (head = currentHead),
        floor: () => Promise.resolve(1),
        readRange: async (first, last) =>
          Array.from({ length: last - first + 1 }, (_, i) => ({
            offset: first + i,
            notification: {
              ...{ id: `n${first + i}`, feed: 'all', severity: 'info', title: 'x' },
              createdAt: '2026-01-01T00:00:00Z',
            },
          })),
      }),
    }),
  });
const stored = async (reader = ADA, feed = 'all') =>
  (await store.read(readKey(reader, feed)))?.value as ReadDocument | undefined;

describe('a read state', () => {
  it("should be stored, be published to the reader's connections, and only apply to the same epoch", async () => {
    const states = instance();
    await states.mark(ADA, { feed: 'all', offset: 4 });
    expect(await stored()).toEqual({ v: 1, epoch: '1-a', offset: 4, ids: [], at: now });
    expect(published).toEqual([{ reader: ADA, name: 'read', feed: 'all', version: '1' }]);
    const document = await states.stored(ADA, 'all');
    expect(stateIn('1-a', document)).toEqual({ offset: 4, ids: [] });
    expect(stateIn('2-b', document)).toEqual({ offset: 0, ids: [], earlier: true });
    expect(stateIn('0-b', document), 'an instance that is behind').toEqual({ offset: 0, ids: [] });
    expect(stateIn('2-b', undefined)).toEqual({ offset: 0, ids: [] });
    expect(await states.stored('user:ben', 'all')).toBeUndefined();
  });

  it('should start over in a new epoch, and ignore offsets from the previous epoch', async () => {
    const states = instance();
    await states.mark(ADA, { feed: 'all', offset: 7 });
    currentHead = head = { epoch: '2-b', offset: 5 };
    await states.mark(ADA, { feed: 'all', epoch: '1-a', offset: 3, ids: ['n5'] });
    expect(await stored()).toMatchObject({ epoch: '2-b', offset: 0, ids: ['n5'] });
    await states.mark(ADA, { feed: 'all', epoch: '2-b', offset: 2 });
    expect(await stored()).toMatchObject({ epoch: '2-b', offset: 2 });
  });

  it('should read the current head before lowering an offset that exceeds the known head', async () => {
    currentHead = { epoch: '1-a', offset: 12 };
    await instance().mark(ADA, { feed: 'all', offset: 12 });
    expect(await stored()).toMatchObject({ offset: 12 });
    await instance().mark(ADA, { feed: 'all', offset: 99 });
    expect(await stored()).toMatchObject({ offset: 12 });
  });

  it("should not be overwritten by an instance that hasn't seen the new epoch", async () => {
    currentHead = head = { epoch: '2-b', offset: 5 };
    await instance().mark(ADA, { feed: 'all', offset: 5 });
    currentHead = head = { epoch: '1-a', offset: 9 };
    await expect(instance().mark(ADA, { feed: 'all', offset: 8 })).rejects.toThrow('new epoch');
    expect(await stored()).toMatchObject({ epoch: '2-b', offset: 5 });
  });

  it('should keep all concurrent marks from multiple instances', async () => {
    const instances = [instance(), instance(), instance()];
    currentHead = head = { epoch: '1-a', offset: 40 };
    const ids = Array.from({ length: 30 }, (_, i) => `n${i + 3}`);
    await Promise.all(ids.map(async (id, i) => instances[i % 3]?.mark(ADA, { feed: 'all', ids: [id] })));
    expect(new Set((await stored())?.ids)).toEqual(new Set(ids));
  });

  it('should be published when the request is retried after publishing failed', async () => {
    const states = instance();
    const publish = channel.publish.bind(channel);
    channel.publish = () => Promise.reject(new Error('Redis down'));
    await expect(states.mark(ADA, { feed: 'all', offset: 4 })).rejects.toThrow('Redis down');
    channel.publish = publish;
    await states.mark(ADA, { feed: 'all', offset: 4 });
    expect(published).toHaveLength(1);
  });

  it('should not be written or published if there is no change', async () => {
    const states = instance();
    await states.mark(ADA, { feed: 'all', ids: ['never', 'n0'] });
    expect(await stored()).toBeUndefined();
    for (let i = 0; i < 3; i++) await states.mark(ADA, { feed: 'all', offset: 4, ids: ['n7', 'never'] });
    await states.mark(ADA, { feed: 'all', offset: 2, ids: ['n3'] });
    expect(await stored()).toMatchObject({ offset: 4, ids: ['n7'] });
    expect((await store.read(readKey(ADA, 'all')))?.etag).toBe('1');
    expect(published).toHaveLength(1);
  });

  it("should keep another instance's marks of publications that are new to this instance", async () => {
    currentHead = { epoch: '1-a', offset: 12 };
    await instance().mark(ADA, { feed: 'all', ids: ['n12'] });
    head = { epoch: '1-a', offset: 9 };
    await instance().mark(ADA, { feed: 'all', ids: ['n5'] });
    expect(await stored()).toMatchObject({ offset: 0, ids: ['n12', 'n5'] });
  });

  it("should accept an id that's new to this instance", async () => {
    currentHead = { epoch: '1-a', offset: 12 };
    await instance().mark(ADA, { feed: 'all', ids: ['n11'] });
    expect(await stored()).toMatchObject({ offset: 0, ids: ['n11'] });
  });

  it("should drop an owner's oldest documents, but not other owners' documents, if there are too many", async () => {
    const states = instance();
    const mark = (reader: string, owner?: string) => states.mark(reader, { feed: 'all', offset: 1 }, owner);
    await mark(ADA);
    for (let i = 0; i < 5; i++, now++) await mark(`client:${i}`, 'address:1');
    await mark('client:0', 'address:2');
    const kept = await Promise.all(
      [ADA, 'client:0', 'client:1', 'client:2', 'client:4'].map((one) => stored(one)),
    );
    expect(kept.map((one) => one !== undefined)).toEqual([true, true, false, true, true]);
  });

  it('should not be stored for a feed without publications', async () => {
    currentHead = head = { epoch: '1-a', offset: 0 };
    await instance().mark(ADA, { feed: 'topic:made-up', offset: 3, ids: ['x'] });
    expect(await stored(ADA, 'topic:made-up')).toBeUndefined();
    expect(published).toEqual([]);
  });

  it('should not overwrite a document from a later version', async () => {
    await store.write(readKey(ADA, 'all'), { v: 2 }, undefined);
    await expect(instance().mark(ADA, { feed: 'all', offset: 1 })).rejects.toThrow('this version');
    expect(await stored()).toEqual({ v: 2 });
  });
});

describe('a cached read state', () => {
  it('should be read once for many requests until it changes', async () => {
    let reads = 0;
    const read = store.read.bind(store);
    store.read = (key) => (reads++, read(key));
    const [states, other] = [instance(), instance()];
    await Promise.all(Array.from({ length: 100 }, () => states.stored(ADA, 'all')));
    expect(reads).toBe(1);
    await other.mark(ADA, { feed: 'all', offset: 4 });
    expect(await states.stored(ADA, 'all')).toMatchObject({ offset: 4 });
  });

  it('should be reread after ten seconds, and after a failed read', async () => {
    const states = instance();
    expect(await states.stored(ADA, 'all')).toBeUndefined();
    await store.write(readKey(ADA, 'all'), { v: 1, epoch: '1-a', offset: 2, ids: [], at: 1 }, undefined);
    expect(await states.stored(ADA, 'all')).toBeUndefined();
    now += 10_001;
    expect(await states.stored(ADA, 'all')).toMatchObject({ offset: 2 });
    const read = store.read.bind(store);
    store.read = () => Promise.reject(new Error('store down'));
    await expect(states.stored(ADA, 'topic:a')).rejects.toThrow('store down');
    store.read = read;
    expect(await states.stored(ADA, 'topic:a')).toBeUndefined();
  });
});

describe('erasing a feed', () => {
  it("should delete the user's read state in all feeds, their mutes, and anonymous readers' read state", async () => {
    const states = instance();
    for (const reader of [ADA, 'user:ben', 'anonymous'])
      for (const feed of ['all', ADA]) await states.mark(reader, { feed, offset: 2 });
    for (const reader of [ADA, 'user:ben']) await store.write(mutesKey(reader), { v: 1 }, undefined);
    await states.erase(ADA);
    await states.erase(ADA);
    expect(await stored(ADA, ADA)).toBeUndefined();
    expect(await stored('anonymous', ADA)).toBeUndefined();
    expect(await store.read(mutesKey(ADA))).toBeUndefined();
    expect(await store.read(mutesKey('user:ben'))).toBeDefined();
    expect(await states.stored(ADA, ADA)).toBeUndefined();
    expect(await stored(ADA), 'in another feed').toBeUndefined();
    expect(await store.read(ledgerKey(ADA))).toBeUndefined();
    for (const reader of ['user:ben', 'anonymous']) expect(await stored(reader)).toBeDefined();
    expect(await stored('user:ben', ADA)).toBeDefined();
  });
});
