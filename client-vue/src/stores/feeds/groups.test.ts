import { expect, it } from 'vitest';
import type { Item } from './feed-log.ts';
import { Groups } from './groups.ts';

const item = (offset: number, title: string, gapBefore = false): Item => ({
  ...{ key: `all/${offset}`, feed: 'all', epoch: 'e', offset, time: offset, gapBefore },
  notification: { id: `${offset}`, feed: 'all', severity: 'info', title, createdAt: '' },
});

it("should group adjacent equal items and keep a group's key when more of them arrive", () => {
  const groups = new Groups();
  const items = [item(4, 'b'), item(3, 'a'), item(2, 'a'), item(1, 'b')];
  const before = groups.split(items);
  expect(before.map(({ items: grouped }) => grouped.length)).toEqual([1, 2, 1]);
  const after = groups.split([item(5, 'b'), ...items]);
  expect(after.map(({ key, items: grouped }) => [key, grouped.length])).toEqual([
    ['all/4', 2],
    ['all/2', 2],
    ['all/1', 1],
  ]);
  expect(after[1], 'not re-rendered').toBe(before[1]);
});

it('should not group across a gap', () => {
  expect(new Groups().split([item(2, 'a', true), item(1, 'a')])).toHaveLength(2);
});
