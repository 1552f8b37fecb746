import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZE, Chunks } from './chunks.ts';
import type { Item } from './feed-log.ts';

const NOON = new Date(2026, 5, 1, 12).getTime();
const item = (offset: number, time = NOON): Item => ({
  key: `all/n${offset}`,
  feed: 'all',
  epoch: 'e',
  offset,
  notification: {
    id: `n${offset}`,
    feed: 'all',
    severity: 'info',
    title: 'x',
    createdAt: '2026-06-01T10:00:00Z',
  },
  time,
  gapBefore: false,
});
const newestFirst = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => item(to - n));
const offsets = (chunks: readonly { items: readonly Item[] }[]) =>
  chunks.flatMap(({ items }) => items.map(({ offset }) => offset));

describe('Chunks', () => {
  it('should replace only the newest chunk when an item arrives', () => {
    const chunks = new Chunks<Item>();
    const list = newestFirst(1, 100);
    const before = chunks.split(list);
    const after = chunks.split([item(101), ...list]);
    expect(offsets(after)).toEqual(offsets([{ items: [item(101), ...list] }]));
    expect(after.slice(1)).toEqual(before.slice(1));
    expect(after.slice(1).every((chunk, index) => chunk === before[index + 1])).toBe(true);
    expect(Math.max(...after.map(({ items }) => items.length))).toBeLessThanOrEqual(CHUNK_SIZE);
  });

  it('should reuse unaffected chunks when the oldest items are removed or older items arrive', () => {
    const chunks = new Chunks<Item>();
    const list = newestFirst(101, 300);
    const before = chunks.split(list);
    expect(chunks.split(list.slice(0, -1)).slice(0, -1)).toEqual(before.slice(0, -1));
    const longerList = [...list, ...newestFirst(1, 100)];
    const after = chunks.split(longerList);
    expect(offsets(after)).toEqual(longerList.map(({ offset }) => offset));
    expect(after[0]).toBe(before[0]);
  });

  it('should insert a late item at the right position', () => {
    const chunks = new Chunks<Item>();
    const list = newestFirst(1, 100);
    chunks.split(list.filter(({ offset }) => offset !== 50));
    expect(offsets(chunks.split(list))).toEqual(list.map(({ offset }) => offset));
  });

  it('should keep the order when an item moves', () => {
    const chunks = new Chunks<Item>();
    const list = newestFirst(1, 100);
    chunks.split(list);
    const moved = [item(5), ...list.filter(({ offset }) => offset !== 5)];
    expect(offsets(chunks.split(moved))).toEqual(moved.map(({ offset }) => offset));
    const longerList = [item(101), ...moved];
    expect(offsets(chunks.split(longerList))).toEqual(longerList.map(({ offset }) => offset));
  });

  it('should keep the order of any list and give each chunk a unique key', () => {
    const times = fc.integer({ min: 0, max: 3 }).map((halfDays) => NOON - halfDays * 12 * 60 * 60 * 1000);
    /**
     * In each list, the value at an offset is the item's time, or null if the item isn't listed. The times span two
     * days, with several chunks each.
     */
    const lists = fc.array(fc.array(fc.option(times), { minLength: 150, maxLength: 150 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, (splits) => {
        const chunks = new Chunks<Item>();
        for (const split of splits) {
          const list = split
            .flatMap((time, offset) => (time === null ? [] : [item(offset, time)]))
            .sort((a, b) => b.time - a.time);
          const result = chunks.split(list);
          expect(offsets(result)).toEqual(list.map(({ offset }) => offset));
          expect(new Set(result.map(({ key }) => key)).size).toBe(result.length);
        }
      }),
    );
  });

  it('should start a new chunk for each day', () => {
    const split = new Chunks<Item>().split([item(2), item(1, NOON - 24 * 60 * 60 * 1000)]);
    expect(split.map(({ day }) => day)).toEqual(['2026-6-1', '2026-5-31']);
  });
});
