import type { InstanceSnapshot } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { HISTORY_MS, append, seriesOf, totalsOf, worstOf, type Sample } from './history.ts';

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

it("should return an instance's figures, with gaps while it was absent", () => {
  expect(seriesOf(history, 'b', ({ delivered }) => delivered)).toEqual([null, 3, null]);
});

it('should return sums and maxima over all instances', () => {
  expect(totalsOf(history, ({ delivered }) => delivered)).toEqual([1, 5, 0]);
  expect(worstOf(history, ({ p99Ms }) => p99Ms)).toEqual([null, 9, null]);
});

it('should drop samples that are too old to show', () => {
  expect(append(history, { at: HISTORY_MS + 2, instances: [] }).map(({ at }) => at)).toEqual([
    3,
    HISTORY_MS + 2,
  ]);
});
