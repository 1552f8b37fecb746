import { expect, it } from 'vitest';
import { ReadCache } from './read-cache.ts';

it('should not cache a write if a change event has already announced a newer version', async () => {
  const cache = new ReadCache<string>(() => 0);
  cache.forget('key', '3');
  cache.forget('key', '2');
  expect(await cache.get('key', async () => 'third')).toBe('third');
  cache.set('key', 'second', '2');
  expect(await cache.get('key', async () => 'third')).toBe('third');
  cache.set('key', 'fourth', '4');
  cache.forget('key', '4');
  expect(await cache.get('key', async () => 'fifth')).toBe('fourth');
  cache.forget('key', '5');
  expect(await cache.get('key', async () => 'fifth')).toBe('fifth');
});

it('should share reads between concurrent callers, but not cache failures or expired values', async () => {
  let now = 1;
  const cache = new ReadCache<number>(() => now);
  let reads = 0;
  const read = async () => {
    reads += 1;
    if (reads === 1) throw new Error('store down');
    return reads;
  };
  const results = await Promise.allSettled([cache.get('key', read), cache.get('key', read)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await Promise.all([cache.get('key', read), cache.get('key', read)])).toEqual([2, 2]);
  now = 10_000;
  expect(await cache.get('key', read)).toBe(2);
  now = 10_002;
  expect(await cache.get('key', read)).toBe(3);
});
