import fc from 'fast-check';
import type { SegmentReference } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { keptIds, keptRuns, keptSegments, keyWithLife } from './history.ts';
import { DEFAULT_FEED_LIMITS } from '../limits.ts';

const limits = {
  ...DEFAULT_FEED_LIMITS,
  historyMax: 50,
  historyBytes: 500,
  historyTtlMs: 100,
  idsMax: 50,
  entryLifeMs: 100,
};
const NOW = 1_000;

const documents = fc
  .array(
    fc.record({
      count: fc.integer({ min: 1, max: 20 }),
      bytes: fc.integer({ min: 1, max: 200 }),
      wait: fc.nat(40),
    }),
  )
  .map((list) => {
    let first = 1;
    let at = NOW - list.reduce((sum, { wait }) => sum + wait, 0);
    return list.map(({ count, bytes, wait }, i) => {
      at += wait;
      const reference = { key: `${i}`, first, last: first + count - 1, bytes, at, count };
      first += count;
      return reference;
    });
  });

describe('history', () => {
  it('should only lose the oldest segments', () => {
    fc.assert(
      fc.property(documents, (segments) => {
        const kept = keptSegments(segments, limits, NOW);
        expect(kept).toEqual(segments.slice(segments.length - kept.length));
      }),
    );
  });

  it('should keep only as many whole segments as the limits allow', () => {
    fc.assert(
      fc.property(documents, (segments) => {
        const kept = keptSegments(segments, limits, NOW);
        const [oldest, ...rest] = kept;
        const countOf = ({ first, last }: { first: number; last: number }) => last - first + 1;
        const count = rest.reduce((sum, segment) => sum + countOf(segment), 0);
        const bytes = rest.reduce((sum, segment) => sum + segment.bytes, 0);
        expect(count).toBeLessThan(limits.historyMax);
        expect(bytes).toBeLessThan(limits.historyBytes);
        if (oldest) expect(oldest.at + limits.historyTtlMs).toBeGreaterThan(NOW);
        const before = segments[segments.length - kept.length - 1];
        if (!before) return;
        const full =
          count + (oldest ? countOf(oldest) : 0) >= limits.historyMax ||
          bytes + (oldest?.bytes ?? 0) >= limits.historyBytes;
        expect(full || before.at + limits.historyTtlMs <= NOW).toBe(true);
      }),
    );
  });
});

describe('segments that were written with other limits', () => {
  const now = 10_000_000;
  const segment = (key: string, age: number, offset: number) => ({
    ...{ key, first: offset, last: offset, bytes: 1, at: now - age },
  });
  const raised = { ...limits, historyMax: 100, historyBytes: 100, historyTtlMs: 5_000_000 };
  const keysOf = (...segments: SegmentReference[]) =>
    keptSegments(segments, raised, now).map(({ key }) => key);

  it('should be dropped when they expire, even if the limit has been raised since', () => {
    const [old, expired, kept] = ['a', 'b', 'c'].map((key) => keyWithLife(key, 1_000_000)) as [
      string,
      string,
      string,
    ];
    expect(
      keysOf(segment(old, 2_000_000, 1), segment(expired, 1_000_000, 2), segment(kept, 999_999, 3)),
    ).toEqual([kept]);
  });

  it('should be dropped before they expire if a newer segment has expired, so that there is no gap', () => {
    const [long, short] = [keyWithLife('a', 5_000_000), keyWithLife('b', 1_000_000)];
    expect(keysOf(segment(long, 2_000_000, 1), segment(short, 1_500_000, 2))).toEqual([]);
  });

  it('should have the lifetime of version 0.1.0 segments if their keys contain no lifetime', () => {
    const unmarked = { ...raised, unmarkedLifeMs: 1_000_000 };
    expect(keptSegments([segment('a', 1_000_000, 1), segment('b', 1, 2)], unmarked, now)).toHaveLength(1);
  });
});

describe('ids', () => {
  it("should be remembered for an entry's lifetime, but only the newest IDS_MAX", () => {
    fc.assert(
      fc.property(documents, (references) => {
        const kept = keptIds(references, limits, NOW);
        expect(kept).toEqual(references.slice(references.length - kept.length));
        const count = kept.reduce((sum, reference) => sum + reference.count, 0);
        const before = references[references.length - kept.length - 1];
        if (before) expect(count >= limits.idsMax || before.at + limits.entryLifeMs <= NOW).toBe(true);
      }),
    );
  });

  it("should be forgotten when their document's lifetime ends, even if the history's limit has changed", () => {
    const [later, earlier] = [1_000_000, 600_000];
    const references = [
      { key: keyWithLife('expired', 500_000), count: 1, at: earlier - 100_000 },
      { key: keyWithLife('long', 500_000), count: 1, at: earlier },
      { key: 'short', count: 1, at: later - 200 },
      { key: keyWithLife('new', 500_000), count: 1, at: later - 1 },
    ];
    const kept = keptIds(references, limits, later).map(({ key }) => key);
    expect(kept).toEqual(['long.dwt', 'new.dwt']);
    // A feed's name must not be mistaken for a lifetime.
    expect(keptIds([{ key: 'ids:user:a.dwt:x', count: 1, at: earlier }], limits, later)).toEqual([]);
  });
});

describe('runs', () => {
  it('should be forgotten when all their entries have expired', () => {
    expect(keptRuns({ old: [5, NOW - 100], recent: [3, NOW - 99] }, limits, NOW, 10)).toEqual({
      recent: [3, NOW - 99],
    });
  });

  it('should be forgotten once there are too many, least recently active first', () => {
    const runs = { a: [1, NOW - 3], b: [1, NOW - 1], c: [1, NOW - 2] } as Record<string, [number, number]>;
    expect(Object.keys(keptRuns(runs, limits, NOW, 2)).sort()).toEqual(['b', 'c']);
  });
});
