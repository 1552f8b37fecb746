import type { LivePublication } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { insert, newestFirst, type Arrival, type Item } from './feed-log.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const at = (offset: number, createdAt = '2026-06-01T10:00:00Z', id = `n${offset}`): LivePublication => ({
  offset,
  notification: { id, feed: 'all', severity: 'info', title: id, createdAt },
});
const skipNone = (_id: string) => false;
const add = (items: Item[], arrival: Arrival, skip = skipNone) => insert(items, 'all', arrival, skip, NOW);
const ids = (items: readonly Item[]) => items.map(({ notification }) => notification.id);

describe('insert', () => {
  it('should order by offset regardless of arrival order', () => {
    const live = add([], { epoch: 'e', publications: [at(5), at(6)] });
    const page = add(live, { epoch: 'e', publications: [at(3), at(4), at(5)] });
    expect(ids(page)).toEqual(['n3', 'n4', 'n5', 'n6']);
  });

  it('should append a new epoch and mark the gap before it', () => {
    const first = add([], { epoch: 'e', publications: [at(5)] });
    const both = add(first, {
      epoch: 'f',
      publications: [at(1, undefined, 'x'), at(2, undefined, 'y')],
      gapBefore: true,
    });
    expect(ids(both)).toEqual(['n5', 'x', 'y']);
    expect(both.map(({ gapBefore }) => gapBefore)).toEqual([false, true, false]);
    expect(ids(add(both, { epoch: 'e', publications: [at(4)] }))).toEqual(['n4', 'n5', 'x', 'y']);
  });

  it('should skip known ids and ids excluded by the caller', () => {
    const first = add([], { epoch: 'e', publications: [at(1)] });
    const next = add(first, { epoch: 'e', publications: [at(1), at(2), at(3)] }, (id) => id === 'n2');
    expect(ids(next)).toEqual(['n1', 'n3']);
  });

  it('should keep only the newest item with a collapse key regardless of arrival order', () => {
    const withKey = (offset: number): LivePublication => {
      const { notification } = at(offset);
      return { offset, notification: { ...notification, collapseKey: 'k' } };
    };
    const live = add([], { epoch: 'e', publications: [at(5), withKey(6)] });
    expect(ids(add(live, { epoch: 'e', publications: [withKey(7)] }))).toEqual(['n5', 'n7']);
    expect(ids(add(live, { epoch: 'e', publications: [withKey(3), at(4)] }))).toEqual(['n4', 'n5', 'n6']);
  });

  it('should keep times in ascending order and out of the future', () => {
    const times = add([], {
      epoch: 'e',
      publications: [
        at(1, '2026-06-01T11:00:00Z'),
        at(2, '2026-06-01T10:00:00Z'),
        at(3, '2036-01-01T00:00:00Z'),
      ],
    }).map(({ time }) => new Date(time).toISOString().slice(0, 13));
    expect(times).toEqual(['2026-06-01T11', '2026-06-01T11', '2026-06-01T12']);
  });
});

describe('newestFirst', () => {
  it("should merge feeds by time and keep each feed's order", () => {
    const a = insert(
      [],
      'a',
      {
        epoch: 'e',
        publications: [at(1, '2026-06-01T10:00:00Z', 'a1'), at(2, '2026-06-01T10:30:00Z', 'a2')],
      },
      skipNone,
      NOW,
    );
    const b = insert(
      [],
      'b',
      { epoch: 'e', publications: [at(1, '2026-06-01T10:10:00Z', 'b1')] },
      skipNone,
      NOW,
    );
    expect(ids(newestFirst([a, b]))).toEqual(['a2', 'b1', 'a1']);
  });
});
