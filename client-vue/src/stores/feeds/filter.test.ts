import { describe, expect, it } from 'vitest';
import type { Item } from './feed-log.ts';
import { filterItems, emptyFilter } from './filter.ts';

const item = (id: string, more: Partial<Item['notification']> = {}, feed = 'all'): Item => ({
  key: `${feed}/${id}`,
  feed,
  epoch: 'e',
  offset: 1,
  notification: { id, feed, severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z', ...more },
  time: 0,
  gapBefore: false,
});
const ALL = [
  item('a', { title: 'Disk full', severity: 'error' }),
  item('b', { title: 'Order', body: 'of a DISK', source: 'Shop' }, 'topic:x'),
  item('c', { title: 'Straße', severity: 'warning' }),
];
const found = (filter: Partial<ReturnType<typeof emptyFilter>>) =>
  filterItems(ALL, { ...emptyFilter(), ...filter }).map(({ notification }) => notification.id);

describe('filterItems', () => {
  it('should return the list unchanged without a filter', () => {
    expect(filterItems(ALL, emptyFilter())).toBe(ALL);
    expect(found({ text: '  ' })).toEqual(['a', 'b', 'c']);
  });

  it.each([
    [{ text: 'disk' }, ['a', 'b']],
    [{ text: 'shop  disk' }, ['b']],
    [{ text: 'nothing' }, []],
    [{ text: 'DÍSK full' }, ['a']],
    [{ text: 'strasse' }, ['c']],
    [{ text: 'STRAẞE' }, ['c']],
    [{ source: 'Shop' }, ['b']],
    [{ feed: 'topic:x' }, ['b']],
    [{ severity: 'error' as const }, ['a']],
    [{ severity: 'error' as const, feed: 'topic:x' }, []],
  ])('should return only the items that match %o', (filter, ids) => {
    expect(found(filter)).toEqual(ids);
  });
});
