import type { Publication } from '@tocsin/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sizeOf } from '../../feed/present.ts';
import { Ring } from './ring.ts';

const publication = (offset: number, length = 1): Publication => ({
  offset,
  notification: {
    ...{ id: `n${offset}`, feed: 'all', severity: 'info', title: 't'.repeat(length) },
    createdAt: '2026-01-01T00:00:00Z',
  },
});
const consecutivePublications = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => publication(first + i));
const offsets = (publications: readonly Publication[]) => publications.map(({ offset }) => offset);

it('should have no gaps, stay within the limits and never go back, whatever the input', () => {
  const limits = { publications: 8, bytes: 900 };
  const randomBatches = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 6 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.nat(5), randomBatches, (start, batches) => {
      const ring = new Ring({ epoch: '1-a', offset: start }, limits);
      for (const [first, count] of batches) {
        const before = ring.offset;
        const isGap = first > before;
        expect(ring.append(consecutivePublications(first + 1, count))).toBe(!isGap);
        expect(ring.offset).toBe(isGap ? before : Math.max(before, first + count));
        const contents = ring.slice(ring.first, ring.offset);
        expect(offsets(contents)).toEqual(contents.map((_, i) => ring.first + i));
        expect(ring.first + contents.length - 1).toBe(ring.offset);
        expect(contents.length).toBeLessThanOrEqual(limits.publications);
        if (contents.length > 1)
          expect(contents.reduce((sum, content) => sum + sizeOf(content), 0)).toBeLessThanOrEqual(
            limits.bytes,
          );
      }
    }),
  );
});

it('should keep the newest publication, even if it exceeds the limit', () => {
  const ring = new Ring({ epoch: '1-a', offset: 0 }, { publications: 5, bytes: 200 });
  ring.append([publication(1), publication(2, 120)]);
  expect(offsets(ring.slice(1, 2))).toEqual([2]);
});
