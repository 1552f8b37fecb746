import { expect, it } from 'vitest';
import { FACTOR, IMMATERIAL_MIB, isWithin } from './compare.ts';

it('should accept a value within the factor of the prediction in either direction', () => {
  const measured = (value: number) => isWithin({ name: 'CPU', unit: 'cores', predicted: 1, measured: value });
  expect([1, FACTOR, 1 / FACTOR].map(measured)).toEqual([true, true, true]);
  expect([FACTOR + 0.01, 1 / FACTOR - 0.01, 0, Number.NaN].map(measured)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('should accept a small difference in memory, however large the ratio, but not in CPU time', () => {
  const accepts = (unit: string, measured: number) =>
    isWithin({ name: 'growth of Redis', unit, predicted: 0.1, measured });
  expect(accepts('MiB', IMMATERIAL_MIB)).toBe(true);
  expect(accepts('MiB', 0.1 + IMMATERIAL_MIB)).toBe(false);
  expect(accepts('cores', IMMATERIAL_MIB)).toBe(false);
});
