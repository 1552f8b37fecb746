import { expect, it } from 'vitest';
import { quantileOf } from './quantile.ts';

const buckets = (...counts: number[]) => [1, 2, 4, Infinity].map((le, n) => ({ le, count: counts[n] ?? 0 }));

it.each([
  [0.5, buckets(10, 10, 10, 10), 0.5],
  [0.5, buckets(0, 10, 10, 10), 1.5],
  [0.5, buckets(5, 10, 10, 10), 1],
  [0.99, buckets(0, 0, 100, 100), 3.98],
  [0.99, buckets(0, 0, 0, 7), 4],
  [0.5, buckets(1, 1, 1, 100), 4],
  [1, buckets(3, 3, 5, 5), 4],
])('should return the quantile %d of %j', (q, counted, expected) => {
  expect(quantileOf(q, counted)).toBeCloseTo(expected, 10);
});

it('should return undefined without observations', () => {
  expect(quantileOf(0.5, buckets(0, 0, 0, 0))).toBeUndefined();
  expect(quantileOf(0.5, [])).toBeUndefined();
});
