import { withdrawnKey, type EntryItem, type Head, type Segment } from '@tocsin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchWithItems, notification, PlannedLog, retract, batchOf } from '../../../testing/planned-log.ts';
import { decodeIds } from '../ids.ts';
import {
  DEFAULT_FEED_LIMITS,
  fullIdsCount,
  fullRetractionsCount,
  fullSegmentBytes,
  MAX_COMMIT_BYTES,
  MAX_HISTORY_BYTES,
  MAX_IDS,
  MAX_RUNS,
} from '../limits.ts';

describe('a commit', () => {
  it('should append new items once and record them as unconfirmed', async () => {
    const log = new PlannedLog();
    await log.commit(batchOf(1, ['a', 'b']));
    const { head, publications, suppressed } = await log.commit(batchOf(2, ['b', 'c', 'c', 'd']));
    expect(publications.map(({ offset, notification: content }) => [offset, content?.id])).toEqual([
      [3, 'c'],
      [4, 'd'],
    ]);
    expect(suppressed).toBe(2);
    expect(head).toMatchObject({ version: 2, offset: 4, producers: { P0000001: [2, expect.any(Number)] } });
    expect(head.unconfirmed).toEqual([{ run: 'P0000001', from: 2, to: 2, first: 3, last: 4 }]);
  });

  it('should keep the content first published under an id', async () => {
    const log = new PlannedLog();
    const sameId = [notification('a', 'first'), notification('a', 'second')];
    await log.commit(batchWithItems(1, ...sameId));
    expect(log.publications.map((publication) => publication.notification?.title)).toEqual(['first']);
  });

  it('should mark an entry as finished even without any new items', async () => {
    const log = new PlannedLog();
    await log.commit(batchOf(1, ['a']));
    const { head, documents } = await log.commit(batchOf(2, ['a']));
    expect(documents).toEqual([]);
    expect(head).toMatchObject({ offset: 1, producers: { P0000001: [2, expect.any(Number)] } });
    expect(head.unconfirmed).toEqual([{ run: 'P0000001', from: 2, to: 2, first: 2, last: 1 }]);
  });

  it('should leave no gaps between offsets, and keep the documents consistent with the head', async () => {
    const limits = { ...DEFAULT_FEED_LIMITS, historyMax: 60, historyBytes: 40 * 600, idsMax: 80 };
    const sizes = fc.array(fc.array(fc.nat(200), { maxLength: 6 }), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(sizes, async (commits) => {
        const log = new PlannedLog();
        for (const [i, ids] of commits.entries()) {
          await log.commit(
            batchOf(
              i + 1,
              ids.map((id) => `n${id}`),
            ),
            { limits, now: 1_000 + i },
          );
          const head = log.head as Head;
          const { publications } = log;
          const first = head.offset - publications.length + 1;
          expect(publications.map(({ offset }) => offset)).toEqual(publications.map((_, n) => first + n));
          expect(publications.length).toBeGreaterThanOrEqual(Math.min(head.offset, 40));
          for (const { key, first: from, last } of head.segments) {
            const offsets = (log.documents.get(key) as Segment).publications.map(({ offset }) => offset);
            expect([offsets[0], offsets.at(-1)]).toEqual([from, last]);
          }
          for (const { key, count } of head.ids) {
            expect(decodeIds(log.documents.get(key) as Parameters<typeof decodeIds>[0])).toHaveLength(count);
          }
          expect([...log.documents.keys()].sort()).toEqual(
            [...head.segments, ...head.ids].map(({ key }) => key).sort(),
          );
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a head', () => {
  it('should reference at most 64 segments and stay under 16 KB in the worst case', async () => {
    const log = new PlannedLog();
    const limits = {
      ...DEFAULT_FEED_LIMITS,
      historyMax: 1_000_000,
      historyBytes: 40 * 1_024 * 126,
      idsMax: 20 * 1_024,
      historyTtlMs: 366 * 24 * 60 * 60 * 1000,
    };
    const feed = `user:${'\u{1F514}'.repeat(255)}`;
    const sizesOf = (count: number, times: number) => Array.from({ length: times }, () => count);
    // Items per commit, chosen so that the head ends up with as many documents of each tier as possible.
    const counts = [
      ...sizesOf(0, 300),
      ...sizesOf(1_024, 45),
      ...[256, 64, 16, 4, 1].flatMap((count) => sizesOf(count, 3)),
    ];
    // The same for documents with retracted ids. The commits with retractions come early enough for the retractions to
    // leave the history by the end.
    const full = fullRetractionsCount(limits);
    const sizes = [0, 1, 2, 3, 4].flatMap((power) => sizesOf(full / 4 ** power, 3)).concat(1, 1, 1);
    let retractedCount = 0;
    const retractions = (i: number): EntryItem[] => {
      const size = sizes[i - (300 - sizes.length)] ?? 0;
      return Array.from({ length: size }, () => retract(`gone${retractedCount++}`));
    };
    let n = 100_000;
    for (const [i, count] of counts.entries()) {
      const ids = Array.from({ length: count }, () => `n${n++}`);
      const batch = {
        ...batchOf(1, ids, `R${String(i).padStart(7, '0')}`),
        from: 900_000 + i,
        to: 900_000 + i,
      };
      batch.items = [...batch.items, ...retractions(i)];
      await log.commit(batch, { limits, feed, now: 1_764_000_000_000 + i });
    }
    const head = { ...(log.head as Head), withdrawn: withdrawnKey('u0000000000') };
    expect(head.retractions?.length).toBeGreaterThan(15);
    expect(Object.keys(head.producers)).toHaveLength(MAX_RUNS);
    expect(head.segments.length).toBeGreaterThan(50);
    expect(head.segments.length).toBeLessThanOrEqual(64);
    expect(head.ids.length).toBeGreaterThan(30);
    // Realistic offsets and byte counts for a feed after years of use.
    const segments = head.segments.map((s) => ({
      ...s,
      first: s.first + 1e9,
      last: s.last + 1e9,
      bytes: s.bytes + 1e6,
    }));
    const size = Buffer.byteLength(JSON.stringify({ ...head, segments }));
    expect(size).toBeLessThan(16 * 1024);
  });
});

it('should fit a commit into a single sidecar request with the highest allowed settings', () => {
  const limits = { ...DEFAULT_FEED_LIMITS, historyBytes: MAX_HISTORY_BYTES, idsMax: MAX_IDS };
  const base64 = (8 * 4) / 3;
  const smallest = 100;
  const segment = MAX_COMMIT_BYTES + 4 * fullSegmentBytes(limits);
  const ids = (MAX_COMMIT_BYTES / smallest + 4 * fullIdsCount(limits)) * base64;
  expect(segment + ids + 16 * 1024).toBeLessThan(4 * 1024 * 1024);
});
