import type { ReceiptCounts } from '@tocsin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_STEPS, countsAt, withBatch, type Batch } from './document.ts';

const EPOCH = '1-a';
const batch = (
  seq: number,
  spans: readonly (readonly [first: number, last: number])[],
  { writer = 'a', epoch = EPOCH, floor = 1, name = 'read' } = {},
): Batch => {
  const steps = new Map<number, number>();
  const add = (offset: number, change: number) => steps.set(offset, (steps.get(offset) ?? 0) + change);
  for (const [first, last] of spans) {
    add(first, 1);
    add(last + 1, -1);
  }
  const none = new Map<number, number>();
  return {
    ...{ writer, seq, epoch, floor },
    steps: { pages: none, seen: none, read: none, archived: none, [name]: steps },
  };
};
const readAt = (stored: ReceiptCounts | undefined, offset: number, epoch = EPOCH) =>
  countsAt(stored, { epoch, offset })?.read;

describe("a feed's counts", () => {
  it('should count the spans that cover each publication, across all writers', () => {
    const spans = fc.array(fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => [a + 1, a + b + 1] as const));
    fc.assert(
      fc.property(fc.array(spans, { maxLength: 5 }), (batches) => {
        let stored: ReceiptCounts | undefined;
        batches.forEach((one, index) => {
          stored = withBatch(stored, batch(index + 1, one, { writer: `w${index % 2}` })) ?? stored;
        });
        for (let offset = 1; offset < 70; offset++) {
          const covering = batches.flat().filter(([first, last]) => first <= offset && offset <= last);
          expect(readAt(stored, offset)).toBe(covering.length);
        }
      }),
    );
  });

  it('should not change if a batch is repeated', () => {
    const once = withBatch(undefined, batch(1, [[1, 3]]));
    expect(withBatch(once, batch(1, [[1, 3]]))).toBeUndefined();
    expect(readAt(withBatch(once, batch(2, [[2, 2]])), 2)).toBe(2);
  });

  it('should start over in a new epoch, and ignore changes from earlier epochs', () => {
    const stored = withBatch(undefined, batch(1, [[1, 3]]));
    const later = withBatch(stored, batch(2, [[1, 1]], { epoch: '2-b' }));
    expect([readAt(later, 1, '2-b'), readAt(later, 1)]).toEqual([1, 0]);
    expect(withBatch(later, batch(3, [[1, 3]]))).toBeUndefined();
  });

  it('should become unknown for publications that left the history, but not change for other publications', () => {
    const stored = withBatch(
      undefined,
      batch(1, [
        [1, 8],
        [4, 5],
      ]),
    );
    const trimmed = withBatch(stored, batch(2, [[2, 9]], { floor: 5 }));
    expect([4, 5, 6, 9].map((offset) => readAt(trimmed, offset))).toEqual([undefined, 3, 2, 1]);
  });

  it('should be limited in size, and become unknown for the oldest publications', () => {
    const many = Array.from({ length: 2 * MAX_STEPS }, (_, n) => [2 * n + 1, 2 * n + 1] as const);
    const stored = withBatch(undefined, batch(1, many));
    expect(stored?.steps.read.length).toBeLessThanOrEqual(MAX_STEPS);
    expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThan(20_000);
    const last = 4 * MAX_STEPS - 1;
    expect([1, last - 2, last - 1, last].map((offset) => readAt(stored, offset))).toEqual([
      undefined,
      1,
      0,
      1,
    ]);
  });
});
