import type { ApiKey } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { MemoryKnownKeys } from '../memory/known-keys.ts';
import { hashOf } from './callers.ts';
import { KeyWatch, type KeyChange } from './key-watch.ts';

const key = (name: string, members: Partial<ApiKey> = {}): ApiKey => ({
  ...{ name, hash: hashOf(name), feeds: ['all'], perSecond: 5 },
  ...members,
});
const keysOf = (...keys: ApiKey[]) => new Map(keys.map((apiKey) => [apiKey.hash, apiKey]));

function watch(store: MemoryKnownKeys) {
  const changes: string[] = [];
  const faults: unknown[] = [];
  const keyWatch = new KeyWatch({
    store,
    onChange: ({ action, name }: KeyChange) => changes.push(`${action} ${name}`),
    onError: (error) => faults.push(error),
  });
  const changesAfter = async (...keys: ApiKey[]) => {
    keyWatch.track(keysOf(...keys));
    await keyWatch.settled();
    return changes.splice(0);
  };
  return { changesAfter, faults };
}

describe('changes to the API keys', () => {
  it('should each be reported once, as a created, changed or revoked key', async () => {
    const { changesAfter } = watch(new MemoryKnownKeys());
    expect(await changesAfter(key('a'), key('b'))).toEqual(['key-created a', 'key-created b']);
    expect(await changesAfter(key('a'), key('b'))).toEqual([]);
    expect(await changesAfter(key('a', { feeds: ['*'] }), key('c'))).toEqual([
      ...['key-changed a', 'key-created c', 'key-revoked b'],
    ]);
    // A new key with the same name is a different key.
    expect(await changesAfter(key('c', { hash: hashOf('new') }))).toEqual([
      ...['key-created c', 'key-revoked a', 'key-revoked c'],
    ]);
    const revokedAt = '2026-01-01T00:00:00Z';
    expect(await changesAfter(key('c', { hash: hashOf('new'), revokedAt }))).toEqual(['key-revoked c']);
    expect(await changesAfter()).toEqual([]);
  });

  it('should be reported by only one producer even if no producer was running when they happened', async () => {
    const store = new MemoryKnownKeys();
    const producers = [watch(store), watch(store), watch(store)];
    const reported = await Promise.all(producers.map(({ changesAfter }) => changesAfter(key('a'), key('b'))));
    expect(reported.flat().sort()).toEqual(['key-created a', 'key-created b']);
    expect(await watch(store).changesAfter(key('b'), key('c'))).toEqual(['key-created c', 'key-revoked a']);
    expect(producers.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it('should be reported once the store is back', async () => {
    const store = new MemoryKnownKeys();
    const { read } = store;
    store.read = () => Promise.reject(new Error('unavailable'));
    const { changesAfter, faults } = watch(store);
    expect(await changesAfter(key('a'))).toEqual([]);
    expect(faults).toHaveLength(1);
    store.read = read.bind(store);
    expect(await changesAfter(key('a'))).toEqual(['key-created a']);
  });

  it.each([false, true])(
    'should be reported once if a write succeeds but its response is lost (and the store then fails: %s)',
    async (storeFails) => {
      const store = new MemoryKnownKeys();
      const { changesAfter, faults } = watch(store);
      await changesAfter(key('a'));
      const [read, write] = [store.read.bind(store), store.write.bind(store)];
      store.write = async (...args) => {
        store.write = write;
        await write(...args);
        if (storeFails) store.read = () => Promise.reject(new Error('unavailable'));
        throw new Error('no response');
      };
      const reported = await changesAfter(key('a'), key('b'));
      store.read = read;
      reported.push(...(await changesAfter(key('a'), key('b'), key('c'))));
      reported.push(...(await changesAfter(key('a'), key('b'), key('c'))));
      expect(reported).toEqual(['key-created b', 'key-created c']);
      expect(faults).toHaveLength(storeFails ? 1 : 0);
    },
  );

  it('should be reported only for the newest keys if others were read while the store didn’t respond', async () => {
    const store = new MemoryKnownKeys();
    const read = store.read.bind(store);
    let respond = (): void => undefined;
    const responding = new Promise<void>((resolve) => (respond = resolve));
    store.read = () => responding.then(read);
    const { changesAfter } = watch(store);
    const first = changesAfter(key('a'));
    await Promise.resolve();
    const later = ['b', 'c', 'd'].map((name) => changesAfter(key(name)));
    respond();
    expect((await Promise.all([first, ...later])).flat()).toEqual([
      'key-created a',
      'key-created d',
      'key-revoked a',
    ]);
  });

  it('should be reported once if a write takes effect after timing out', async () => {
    const store = new MemoryKnownKeys();
    const { changesAfter } = watch(store);
    const write = store.write.bind(store);
    const delayedWrites: (() => Promise<void>)[] = [];
    store.write = async (...args) => {
      if (delayedWrites.length === 0) {
        delayedWrites.push(() => write(...args));
        throw new Error('no response');
      }
      store.write = write;
      await delayedWrites[0]?.();
      await write(...args);
    };
    expect(await changesAfter(key('a'))).toEqual(['key-created a']);
  });
});
