import type { InstanceSnapshot, PastInstance } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { RECENT_MS, append, seriesOf, totalsOf, wholeHour, worstOf, type Sample } from './history.ts';

const snapshot = (instance: string, delivered: number, p99Ms: number | null): InstanceSnapshot => ({
  v: 1,
  instance,
  startedAt: '2026-01-01T00:00:00Z',
  at: '2026-01-01T00:00:00Z',
  connections: 0,
  feeds: 0,
  accepted: 0,
  delivered,
  suppressed: 0,
  p50Ms: null,
  p99Ms,
});
const history: Sample[] = [
  { at: 1, instances: [snapshot('a', 1, null)] },
  { at: 2, instances: [snapshot('a', 2, 7), snapshot('b', 3, 9)] },
  { at: 3, instances: [] },
];

it("should return an instance's metrics with gaps while it was missing", () => {
  expect(seriesOf(history, 'b', ({ delivered }) => delivered)).toEqual([null, 3, null]);
});

it('should return sums and maxima across all instances', () => {
  expect(totalsOf(history, ({ delivered }) => delivered)).toEqual([1, 5, 0]);
  expect(worstOf(history, ({ p99Ms }) => p99Ms)).toEqual([null, 9, null]);
});

it('should drop samples that are too old to show', () => {
  expect(append(history, { at: RECENT_MS + 2, instances: [] }).map(({ at }) => at)).toEqual([
    3,
    RECENT_MS + 2,
  ]);
});

it("should merge all instances' past minutes with the live samples", () => {
  const now = Date.UTC(2026, 0, 1, 12);
  const minute = (ago: number) => ({
    ...{ minute: now / 60_000 - ago, connections: 0, accepted: 0, delivered: ago, suppressed: 0 },
    ...{ p50Ms: null, p99Ms: null, oldestMs: null, redisUsed: null },
  });
  const past = (instance: string, ago: number[]): PastInstance => ({
    ...{ v: 1, instance, version: '1', startedAt: '', at: '', minutes: ago.map(minute) },
  });
  const recent = [{ at: now - 90_000, instances: [snapshot('a', 7, null)] }];
  const all = wholeHour([past('a', [90, 10, 3, 1]), past('b', [10, 0])], recent, now);
  expect(all.map(({ at }) => (now - at) / 60_000)).toEqual([9.5, 2.5, 1.5]);
  expect(totalsOf(all, ({ delivered }) => delivered)).toEqual([20, 3, 7]);
});
