import { MAX_READ_BYTES, type Publication, type ReadState } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { advance, CHUNK } from './advance.ts';

const live = (offset: number): Publication => ({
  offset,
  notification: {
    ...{ id: `n${offset}`, feed: 'all', severity: 'info', title: 'x', createdAt: '2026-01-01T00:00:00Z' },
  },
});
const gone = (offset: number): Publication => ({
  ...{ offset, notification: null, id: `n${offset}`, gone: 'retracted' },
});
const NOTHING_READ: ReadState = { offset: 0, ids: [] };
const idsFrom = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => `n${first + i}`);

/** Creates a history up to `head` with some removed publications. Counts the reads. */
function history(head: number, { floor = 1, goneAt = [] as number[] } = {}) {
  const counted = { read: 0, ids: 0 };
  return {
    ...{ head, floor, counted },
    ids: async (first: number, last: number) => {
      if (first < floor || last > head) throw new Error(`${first} to ${last} is outside the history`);
      if (first !== Math.max(floor, head - 9_999) && (first - 1) % CHUNK !== 0)
        throw new Error(`${first} does not begin a chunk`);
      counted.ids += last - first + 1;
      return idsFrom(first, last);
    },
    readRange: async (first: number, last: number) => {
      if (first < floor || last > head) throw new Error(`${first} to ${last} is outside the history`);
      counted.read += last - first + 1;
      return Array.from({ length: last - first + 1 }, (_, i) =>
        goneAt.includes(first + i) ? gone(first + i) : live(first + i),
      );
    },
  };
}

describe('advance', () => {
  it('should advance to an offset, never go back, and stop at the head', async () => {
    expect(await advance(NOTHING_READ, { offset: 5, ids: [] }, history(9))).toEqual({ offset: 5, ids: [] });
    const seven = { offset: 7, ids: [] };
    expect(await advance(seven, { offset: 5, ids: [] }, history(9))).toEqual(seven);
    expect(await advance(seven, { offset: 999, ids: [] }, history(9))).toEqual({ offset: 9, ids: [] });
  });

  it('should keep ids, and fold them into the offset when all earlier publications are read', async () => {
    const some = await advance(NOTHING_READ, { offset: 0, ids: ['n3', 'n2', 'n6'] }, history(9));
    expect(some).toEqual({ offset: 0, ids: ['n3', 'n2', 'n6'] });
    expect(await advance(some, { offset: 0, ids: ['n1'] }, history(9))).toEqual({ offset: 3, ids: ['n6'] });
    expect(await advance(some, { offset: 5, ids: [] }, history(9))).toEqual({ offset: 6, ids: [] });
  });

  it('should fold many ids into the offset at the same time', async () => {
    const marked = { offset: 0, ids: [...idsFrom(1, 700), 'n702'] };
    expect(await advance(NOTHING_READ, marked, history(900))).toEqual({ offset: 700, ids: ['n702'] });
  });

  it('should advance over publications that were removed or are outside the history', async () => {
    const some = history(9, { goneAt: [1, 3] });
    expect(await advance(NOTHING_READ, { offset: 0, ids: ['n2', 'n4'] }, some)).toEqual({
      offset: 4,
      ids: [],
    });
    const late = history(90, { floor: 50 });
    expect(await advance(NOTHING_READ, { offset: 0, ids: ['n50'] }, late)).toEqual({ offset: 50, ids: [] });
    expect(await advance(NOTHING_READ, { offset: 0, ids: ['n51'] }, late)).toEqual({
      offset: 0,
      ids: ['n51'],
    });
  });

  it('should drop ids that were never published or are outside the history', async () => {
    const some = history(90, { floor: 50 });
    const marked = { offset: 0, ids: ['never', 'n49', 'n60', 'n91'] };
    expect(await advance(NOTHING_READ, marked, some)).toEqual({ offset: 0, ids: ['n60'] });
    const before = { offset: 3, ids: ['n49', 'n60'] };
    expect(await advance(before, { offset: 0, ids: [] }, some)).toEqual({ offset: 3, ids: ['n60'] });
  });

  it('should stop at an empty history', async () => {
    const empty = history(9, { floor: 10 });
    expect(await advance(NOTHING_READ, { offset: 3, ids: ['n5'] }, empty)).toEqual({ offset: 3, ids: [] });
  });

  it('should stop at a missing part of the history', async () => {
    let reads = 0;
    const missing = async () => {
      if (++reads > 3) throw new Error('reads the same part forever');
      return [];
    };
    const marked = { offset: 100, ids: ['n250'] };
    expect(await advance(NOTHING_READ, marked, { ...history(450), readRange: missing })).toEqual(marked);
  });

  it('should drop ids that the offset has passed', async () => {
    const before = { offset: 1, ids: ['n9', 'n4', 'n7'] };
    expect(await advance(before, { offset: 5, ids: ['n2'] }, history(20))).toEqual({
      ...{ offset: 5, ids: ['n9', 'n7'] },
    });
  });

  it('should only read a small part of the history when an id is added and a long history is unread', async () => {
    const long = history(10_000);
    await advance(NOTHING_READ, { offset: 0, ids: ['n9999', 'n9900'] }, long);
    expect(long.counted.read).toBeLessThanOrEqual(200);
    expect(long.counted.ids).toBeLessThanOrEqual(200);
  });

  it('should merge the oldest of more than 1,000 ids into the offset, and drop unknown ids', async () => {
    const before = { offset: 0, ids: idsFrom(1_001, 2_000) };
    const after = await advance(before, { offset: 0, ids: ['n2001', 'never'] }, history(3_000));
    expect(after).toEqual({ offset: 1_101, ids: idsFrom(1_102, 2_001) });
  });

  it('should merge the oldest ids into the offset sooner if ids are long', async () => {
    const long = history(3_000);
    const idOf = (offset: number) => `n${offset}`.padEnd(128, 'x');
    const ids = (first: number, last: number) =>
      Promise.resolve(Array.from({ length: last - first + 1 }, (_, i) => idOf(first + i)));
    const marked = { offset: 0, ids: Array.from({ length: 400 }, (_, i) => idOf(1_001 + i)) };
    const after = await advance(NOTHING_READ, marked, { ...long, ids });
    expect(JSON.stringify(after.ids).length).toBeLessThanOrEqual(MAX_READ_BYTES);
    expect(after.ids.length).toBeGreaterThan(250);
    expect(after.ids.at(-1)).toBe(idOf(1_400));
    expect(after.offset).toBe(1_400 - after.ids.length);
  });

  it('should keep known ids, even if unknown ids exceed the limit', async () => {
    const unknownIds = Array.from({ length: 1_000 }, (_, i) => `strange${i}`);
    const some = history(500, { floor: 100 });
    const after = await advance({ offset: 7, ids: ['n102'] }, { offset: 0, ids: unknownIds }, some);
    expect(after).toEqual({ offset: 7, ids: ['n102'] });
  });

  it('should search only the newest 10,000 publications for ids', async () => {
    const long = history(30_000);
    const marked = { offset: 0, ids: ['n5', 'n20000', 'n20001'] };
    expect(await advance(NOTHING_READ, marked, long)).toEqual({ offset: 0, ids: ['n20001'] });
    expect(long.counted.ids).toBe(10_000);
  });
});

describe('advance, while notifications that have left the history have waiting fallbacks', () => {
  const moved = () => history(40, { floor: 21 });
  const agedOut = (...offsets: number[]) => ({
    calls: 0,
    async of() {
      this.calls++;
      return offsets.map((offset) => ({ id: `n${offset}`, offset }));
    },
  });
  const advanceWith = (
    waiting: ReturnType<typeof agedOut>,
    before: ReadState,
    marked: ReadState,
    within = moved(),
  ) => advance(before, marked, within, () => waiting.of());

  it("should keep these notifications' ids, and accept new ids, until the offset includes them", async () => {
    const before = { offset: 0, ids: ['n3', 'n4', 'n5'] };
    const waiting = agedOut(3, 5, 9);
    const some = await advanceWith(waiting, before, { offset: 0, ids: ['n9', 'n30', 'x'] });
    expect(some).toEqual({ offset: 0, ids: ['n3', 'n5', 'n9', 'n30'] });
    expect(await advanceWith(waiting, some, { offset: 5, ids: [] })).toEqual({
      offset: 5,
      ids: ['n9', 'n30'],
    });
    expect(await advanceWith(agedOut(), some, { offset: 0, ids: ['n31'] })).toEqual({
      ...{ offset: 0, ids: ['n30', 'n31'] },
    });
  });

  it('should not look up waiting fallbacks if no ids are dropped and no publications are skipped', async () => {
    const waiting = agedOut(3);
    await advanceWith(waiting, { offset: 0, ids: ['n25'] }, { offset: 0, ids: ['n30'] });
    await advanceWith(waiting, { offset: 20, ids: [] }, { offset: 0, ids: ['n21'] });
    await advanceWith(waiting, NOTHING_READ, { offset: 30, ids: [] });
    expect(waiting.calls).toBe(0);
  });

  it('should not skip unread notifications to reach the first read publication in the history', async () => {
    const first = { offset: 0, ids: ['n21', 'n22'] };
    expect(await advanceWith(agedOut(), NOTHING_READ, first)).toEqual({ offset: 22, ids: [] });
    expect(await advanceWith(agedOut(9), NOTHING_READ, first)).toEqual(first);
    expect(await advanceWith(agedOut(9), { offset: 9, ids: [] }, first)).toEqual({ offset: 22, ids: [] });
    const read = await advanceWith(agedOut(9), { offset: 0, ids: ['n9'] }, first);
    expect(read.offset).toBe(22);
  });

  it('should drop the oldest ids when they no longer fit, but not merge them into the offset', async () => {
    const long = history(3_000, { floor: 1_001 });
    const shown = Array.from({ length: 800 }, (_, i) => `n${1_002 + 2 * i}`);
    const before = { offset: 0, ids: [...idsFrom(1, 300), ...shown] };
    const all = agedOut(...Array.from({ length: 300 }, (_, i) => i + 1));
    expect(await advanceWith(all, before, NOTHING_READ, long)).toEqual({
      ...{ offset: 0, ids: [...idsFrom(101, 300), ...shown] },
    });
  });
});
