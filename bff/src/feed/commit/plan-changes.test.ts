import type { EntryItem, Head } from '@tocsin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  erase,
  batchWithItems,
  withCollapseKey,
  notification,
  PlannedLog,
  retract,
  batchOf,
} from '../../../testing/planned-log.ts';
import { DEFAULT_FEED_LIMITS } from '../limits.ts';

describe('a retraction', () => {
  it('should get an offset and withdraw the segment with the removed content', async () => {
    const log = new PlannedLog();
    await log.commit(batchOf(1, ['a', 'b', 'c']));
    const before = log.head?.segments[0]?.key ?? '';
    const { head, publications, documents, retired } = await log.commit(batchWithItems(2, retract('b')));
    expect(publications).toEqual([{ offset: 4, notification: null, id: 'b', gone: 'retracted' }]);
    expect(log.idsInLog).toEqual(['a', 'b retracted', 'c', 'b retracted']);
    const list = documents.find(({ key }) => key === head.withdrawn)?.value;
    expect(list).toEqual({ v: 1, keys: [before] });
    expect(retired).toEqual([]);
    expect(JSON.stringify([...log.documents.values()])).not.toContain('"title":"b"');
    expect((await log.commit(batchOf(3, ['d']))).head).not.toHaveProperty('withdrawn');
  });

  it('should not rewrite documents for an unknown id, but suppress that id later', async () => {
    const log = new PlannedLog();
    await log.commit(batchOf(1, ['a']));
    const { head } = await log.commit(batchWithItems(2, retract('x')));
    expect(head).not.toHaveProperty('withdrawn');
    expect(head.retractions).toEqual([expect.objectContaining({ count: 1 })]);
    const { publications, suppressed } = await log.commit(batchWithItems(3, 'x', 'b'));
    expect([publications.map(({ offset }) => offset), suppressed]).toEqual([[3], 1]);
    expect(log.idsInLog).toEqual(['a', 'x retracted', 'b']);
  });

  it('should be applied only once', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, 'a', retract('a'), retract('a')));
    const { head, suppressed } = await log.commit(batchWithItems(2, retract('a')));
    expect([head.offset, suppressed]).toEqual([2, 1]);
  });

  it('should remove earlier publications in the same commit, and suppress later notifications', async () => {
    const log = new PlannedLog();
    const { suppressed } = await log.commit(
      batchWithItems(1, 'a', retract('a'), 'b', retract('c'), 'c', 'a'),
    );
    expect(log.idsInLog).toEqual(['a retracted', 'a retracted', 'b', 'c retracted']);
    expect(suppressed).toBe(2);
    expect(log.indexBuilds).toBe(0);
  });

  it('should remove all publications with an id that was forgotten and republished', async () => {
    const log = new PlannedLog();
    const limits = { ...DEFAULT_FEED_LIMITS, idsMax: 1 };
    for (const [n, id] of ['a', 'b', 'c', 'a'].entries()) await log.commit(batchOf(n + 1, [id]), { limits });
    await log.commit(batchWithItems(5, retract('a')), { limits });
    expect(log.idsInLog).toEqual(['a retracted', 'b', 'c', 'a retracted', 'a retracted']);
  });
});

describe('a collapse key', () => {
  it('should let the newest notification replace earlier notifications, even within a commit', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, withCollapseKey('a', 'k'), withCollapseKey('b', 'l'), 'c'));
    await log.commit(batchWithItems(2, withCollapseKey('d', 'k'), withCollapseKey('e', 'k')));
    expect(log.idsInLog).toEqual(['a replaced', 'b', 'c', 'd replaced', 'e']);
    await log.commit(batchWithItems(3, retract('e'), withCollapseKey('f', 'k')));
    expect(log.idsInLog).toEqual(['a replaced', 'b', 'c', 'd replaced', 'e retracted', 'e retracted', 'f']);
  });

  it("should keep a replaced notification's id in the replacement, even after the replacement is gone", async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, withCollapseKey('a', 'k')));
    await log.commit(batchWithItems(2, withCollapseKey('b', 'k'), withCollapseKey('c', 'k')));
    await log.commit(batchWithItems(3, retract('c'), withCollapseKey('d', 'k')));
    expect(log.publications.map(({ replaces }) => replaces)).toEqual([
      ...[undefined, 'a', 'b', undefined, undefined],
    ]);
    expect(log.idsInLog).toEqual(['a replaced', 'b replaced', 'c retracted', 'c retracted', 'd']);
  });

  it('should not replace anything if the notification with the collapse key is a duplicate', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, withCollapseKey('a', 'k')));
    await log.commit(batchWithItems(2, withCollapseKey('a', 'k')));
    expect(log.idsInLog).toEqual(['a']);
  });
});

describe('an erasure', () => {
  it("should start an empty epoch that keeps each run's progress, and withdraw all documents", async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, 'a', retract('x')));
    const before = log.head;
    const { head, documents, erased } = await log.commit(batchWithItems(2, erase));
    const keys = [...(before?.segments ?? []), ...(before?.ids ?? []), ...(before?.retractions ?? [])];
    expect(erased).toBe(true);
    expect(head).toEqual({
      ...{ v: 1, epoch: '2-a', version: 2, offset: 0, segments: [], ids: [], erased: true },
      producers: { P0000001: [2, expect.any(Number)] },
      unconfirmed: [{ run: 'P0000001', from: 2, to: 2, first: 1, last: 0 }],
      withdrawn: documents[0]?.key,
      erasedAt: expect.any(Number) as unknown,
    });
    expect(documents.map(({ value }) => value)).toEqual([{ v: 1, keys: keys.map(({ key }) => key) }]);
    expect([...log.documents.keys()]).toEqual([]);
  });

  it('should erase only the items before it, and forget ids and retractions', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, withCollapseKey('a', 'k'), retract('x')));
    const { head } = await log.commit(
      batchWithItems(2, 'b', erase, 'a', erase, withCollapseKey('a', 'k'), 'x', 'b'),
    );
    expect(log.idsInLog).toEqual(['a', 'x', 'b']);
    expect(head).toMatchObject({ epoch: '2-a', offset: 3, unconfirmed: [{ first: 1, last: 3 }] });
    expect((await log.commit(batchOf(3, ['c', 'a']))).head).toMatchObject({ epoch: '2-a', offset: 4 });
  });
});

describe('a notification in transit while the feed is erased', () => {
  const BEFORE = '2026-01-01T00:00:00.999Z';
  const AT = '2026-01-01T00:00:01Z';
  const AFTER = '2026-01-01T00:00:01.000Z';
  const now = Date.parse('2026-01-01T00:00:02Z');
  const dated = (id: string, createdAt: string) => ({ ...notification(id), createdAt });
  const erasure = { ...erase, at: AT } as const;
  const otherRun = (seq: number, ...items: EntryItem[]) => ({
    ...batchWithItems(seq, ...items),
    run: 'P0000002',
  });

  it('should be suppressed if published before the erasure, and shown if published afterwards', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, 'a', erasure), { now });
    const late = await log.commit(otherRun(1, dated('b', BEFORE), dated('c', AFTER), retract('d')), { now });
    expect(late.suppressed).toBe(1);
    expect(late.publications).toHaveLength(2);
    expect(log.idsInLog).toEqual(['c', 'd retracted']);
    expect(log.head).toMatchObject({ erasedAt: Date.parse(AT), producers: { P0000002: [1, now] } });
  });

  it('should be suppressed for as long as it can arrive, even if an erasure with an earlier date follows', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, erasure), { now });
    await log.commit(batchWithItems(2, { ...erasure, at: BEFORE }), { now });
    expect(log.head?.erasedAt).toBe(Date.parse(AT));
    const later = now + DEFAULT_FEED_LIMITS.entryLifeMs;
    await log.commit(otherRun(1, dated('b', BEFORE)), { now: later - 2_000 });
    expect(log.idsInLog).toEqual([]);
    await log.commit(otherRun(2, dated('c', AFTER)), { now: later });
    expect(log.head).not.toHaveProperty('erasedAt');
  });

  it('should not be suppressed if the erasure came from a clock that was far ahead', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, { ...erasure, at: '2036-01-01T00:00:00Z' }), { now });
    expect(log.head?.erasedAt).toBe(now + 5_000);
  });
});

it('should build the index only if an item could remove content', async () => {
  const log = new PlannedLog();
  await log.commit(batchOf(1, ['a']));
  await log.commit(batchOf(2, ['b']));
  expect(log.indexBuilds).toBe(0);
  await log.commit(batchWithItems(3, retract('a')));
  expect(log.indexBuilds).toBe(1);
});

it('should match the naive implementation for any changes, and never reference removed content', async () => {
  const limits = { ...DEFAULT_FEED_LIMITS, historyBytes: 40 * 600 };
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.nat(40).map((n) => ({ publish: `n${n}`, key: undefined })) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.nat(40), fc.nat(3)).map(([n, k]) => ({ publish: `n${n}`, key: `k${k}` })),
    },
    { weight: 3, arbitrary: fc.nat(45).map((n) => ({ retract: `n${n}` })) },
    { weight: 1, arbitrary: fc.nat(6).map((n) => (n === 0 ? { erase: true } : { retract: 'n0' })) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 60 }), async (commits) => {
      const log = new PlannedLog();
      let list: { id: string; key: string | undefined; gone: string | undefined }[] = [];
      let retracted = new Set<string>();
      for (const [i, steps] of commits.entries()) {
        for (const change of steps) {
          if ('erase' in change) [list, retracted] = [[], new Set()];
          else if ('retract' in change) {
            const { retract: id } = change;
            if (retracted.has(id)) continue;
            retracted.add(id);
            for (const row of list) if (row.id === id) row.gone ??= 'retracted';
            list.push({ id, key: undefined, gone: 'retracted' });
          } else {
            const { publish: id, key } = change;
            if (retracted.has(id) || list.some((row) => row.id === id)) continue;
            for (const row of list) if (key !== undefined && row.key === key) row.gone ??= 'replaced';
            list.push({ id, key, gone: undefined });
          }
        }
        const items = steps.map((change) => {
          if ('erase' in change) return erase;
          if ('retract' in change) return retract(change.retract);
          return change.key === undefined
            ? notification(change.publish)
            : withCollapseKey(change.publish, change.key);
        });
        await log.commit(batchWithItems(i + 1, ...items), { limits, now: 1_000 + i });
        expect(log.idsInLog).toEqual(list.map(({ id, gone }) => (gone ? `${id} ${gone}` : id)));
        const contents = JSON.stringify([...log.documents.values()]);
        for (const { id } of list.filter(({ gone }) => gone))
          expect(contents).not.toContain(`"title":"${id}"`);
        const { segments, ids, retractions = [] } = log.head as Head;
        expect([...log.documents.keys()].sort()).toEqual(
          [...segments, ...ids, ...retractions].map(({ key }) => key).sort(),
        );
      }
    }),
    { numRuns: 60, seed: 20261124 },
  );
});
