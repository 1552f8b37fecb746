import type { Publication, ReadState } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { advance } from './advance.ts';

const live = (offset: number): Publication => ({
  offset,
  notification: {
    ...{ id: `n${offset}`, feed: 'all', severity: 'info', title: 'x', createdAt: '2026-01-01T00:00:00Z' },
  },
});
const gone = (offset: number): Publication => ({
  ...{ offset, notification: null, id: `n${offset}`, gone: 'retracted' },
});
const NOTHING: ReadState = { offset: 0, ids: [] };
const named = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => `n${first + i}`);

/** A history up to `head`, in which some are gone; it counts what was looked at. */
function history(head: number, { floor = 1, goneAt = [] as number[] } = {}) {
  const counted = { looked: 0 };
  return {
    ...{ head, floor, counted },
    stretch: async (first: number, last: number) => {
      if (first < floor || last > head) throw new Error(`${first} to ${last} is no history`);
      counted.looked += last - first + 1;
      return Array.from({ length: last - first + 1 }, (_, i) =>
        goneAt.includes(first + i) ? gone(first + i) : live(first + i),
      );
    },
  };
}

describe('advance', () => {
  it('should take an offset, never go back, and stop at the head', async () => {
    expect(await advance(NOTHING, { offset: 5, ids: [] }, history(9))).toEqual({ offset: 5, ids: [] });
    const seven = { offset: 7, ids: [] };
    expect(await advance(seven, { offset: 5, ids: [] }, history(9))).toEqual(seven);
    expect(await advance(seven, { offset: 999, ids: [] }, history(9))).toEqual({ offset: 9, ids: [] });
  });

  it('should keep ids, and fold them in once nothing unread lies before them', async () => {
    const some = await advance(NOTHING, { offset: 0, ids: ['n3', 'n2', 'n6'] }, history(9));
    expect(some).toEqual({ offset: 0, ids: ['n3', 'n2', 'n6'] });
    expect(await advance(some, { offset: 0, ids: ['n1'] }, history(9))).toEqual({ offset: 3, ids: ['n6'] });
    expect(await advance(some, { offset: 5, ids: [] }, history(9))).toEqual({ offset: 6, ids: [] });
  });

  it('should fold in many at once', async () => {
    const marked = { offset: 0, ids: [...named(1, 700), 'n702'] };
    expect(await advance(NOTHING, marked, history(900))).toEqual({ offset: 700, ids: ['n702'] });
  });

  it('should pass over what is gone, and what has left the history', async () => {
    const some = history(9, { goneAt: [1, 3] });
    expect(await advance(NOTHING, { offset: 0, ids: ['n2', 'n4'] }, some)).toEqual({ offset: 4, ids: [] });
    const late = history(90, { floor: 50 });
    expect(await advance(NOTHING, { offset: 0, ids: ['n50'] }, late)).toEqual({ offset: 50, ids: [] });
    expect(await advance(NOTHING, { offset: 0, ids: ['n51'] }, late)).toEqual({ offset: 0, ids: ['n51'] });
  });

  it('should end where there is no history left', async () => {
    const empty = history(9, { floor: 10 });
    expect(await advance(NOTHING, { offset: 3, ids: ['n5'] }, empty)).toEqual({ offset: 3, ids: ['n5'] });
  });

  it('should forget ids that the offset has passed', async () => {
    const before = { offset: 1, ids: ['n9', 'n4', 'n7'] };
    expect(await advance(before, { offset: 5, ids: ['n2'] }, history(20))).toEqual({
      ...{ offset: 5, ids: ['n9', 'n7'] },
    });
  });

  it('should look at little when an id is added to a history that is long and unread', async () => {
    const long = history(10_000);
    await advance(NOTHING, { offset: 0, ids: ['n9999', 'never'] }, long);
    expect(long.counted.looked).toBeLessThanOrEqual(200);
  });

  it('should give up the oldest of more than 1,000 ids, and what was never published', async () => {
    const before = { offset: 0, ids: named(1_001, 2_000) };
    const after = await advance(before, { offset: 0, ids: ['n2001', 'never'] }, history(3_000));
    expect(after).toEqual({ offset: 1_101, ids: named(1_102, 2_001) });
  });

  it('should keep what is named and unread before it when only strange ids are too many', async () => {
    const strange = Array.from({ length: 1_000 }, (_, i) => `strange${i}`);
    const some = history(500, { floor: 100 });
    const after = await advance({ offset: 7, ids: ['n102'] }, { offset: 0, ids: strange }, some);
    expect(after).toEqual({ offset: 7, ids: ['n102'] });
  });

  it('should look at no more than the newest 4,000 for them', async () => {
    const long = history(10_000);
    const after = await advance(
      { offset: 0, ids: ['n5', 'n9998'] },
      { offset: 0, ids: named(7, 1_006) },
      long,
    );
    expect(after).toEqual({ offset: 6_000, ids: ['n9998'] });
    expect(long.counted.looked).toBeLessThanOrEqual(4_200);
  });
});
