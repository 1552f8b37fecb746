import { expect, it } from 'vitest';
import { SegmentCache } from './segment-cache.ts';

const reference = (key: string, bytes = 10) => ({ key, bytes, first: 1, last: 1, at: 0 });

it('should read a segment once for simultaneous and later requests', async () => {
  const readKeys: string[] = [];
  const cache = new SegmentCache((keys) => {
    readKeys.push(...keys);
    return Promise.resolve(keys.map(() => []));
  });
  await Promise.all(Array.from({ length: 1_000 }, () => cache.read([reference('a'), reference('b')])));
  await cache.read([reference('b'), reference('c')]);
  expect(readKeys).toEqual(['a', 'b', 'c']);
});

it('should retry after a failure', async () => {
  let fails = true;
  const cache = new SegmentCache((keys) =>
    fails ? Promise.reject(new Error('unavailable')) : Promise.resolve(keys.map(() => [])),
  );
  await expect(cache.read([reference('a')])).rejects.toThrow('unavailable');
  fails = false;
  expect(await cache.read([reference('a')])).toEqual([[]]);
});

it('should keep at most 4 MB', async () => {
  let reads = 0;
  const cache = new SegmentCache((keys) => {
    reads += keys.length;
    return Promise.resolve(keys.map(() => []));
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) await cache.read([reference(key, 1024 * 1024)]);
  await cache.read([reference('e', 1024 * 1024)]);
  expect(reads).toBe(5);
  await cache.read([reference('a', 1024 * 1024)]);
  expect(reads).toBe(6);
});
