import { expect, it } from 'vitest';
import { FACTOR, isWithin } from './compare.ts';

it('should accept a value that differs from the prediction by at most the factor, in either direction', () => {
  const measured = (value: number) => isWithin({ name: 'CPU', unit: 'cores', predicted: 1, measured: value });
  expect([1, FACTOR, 1 / FACTOR].map(measured)).toEqual([true, true, true]);
  expect([FACTOR + 0.01, 1 / FACTOR - 0.01, 0, Number.NaN].map(measured)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
