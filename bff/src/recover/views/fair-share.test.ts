import { expect, it } from 'vitest';
import { fairShare } from './fair-share.ts';

it.each([
  ['no sizes', [], 10, Infinity],
  ['sizes that fit', [3, 4, 3], 10, Infinity],
  ['a large size among small and empty sizes', [0, 1, 0, 100, 1], 10, 8],
  ['multiple large sizes', [50, 2, 40, 2], 10, 3],
  ['equal sizes', [4, 4, 4], 6, 2],
])('should return the largest share that fits: %s', (_, sizes, limit, share) => {
  expect(fairShare(sizes, limit)).toBe(share);
  const total = sizes.reduce((sum, size) => sum + Math.min(size, share), 0);
  expect(total).toBeLessThanOrEqual(limit);
});
