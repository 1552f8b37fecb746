import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inRanges, withoutRange, withRange, type Ranges } from './ranges.ts';

const step = fc.record({ adds: fc.boolean(), first: fc.nat(30), length: fc.nat(8) });

it('should contain the same offsets as a set after the same changes, and never overlap or touch', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let ranges: Ranges = [];
      const set = new Set<number>();
      for (const { adds, first, length } of steps) {
        const last = first + length - 1;
        ranges = adds ? withRange(ranges, first, last) : withoutRange(ranges, first, last);
        for (let offset = first; offset <= last; offset++) set[adds ? 'add' : 'delete'](offset);
      }
      for (let offset = 0; offset <= 40; offset++) expect(inRanges(ranges, offset)).toBe(set.has(offset));
      ranges.forEach(([first, last], index) => {
        expect(first).toBeLessThanOrEqual(last);
        if (index > 0) expect(first).toBeGreaterThan((ranges[index - 1]?.[1] ?? 0) + 1);
      });
    }),
  );
});
