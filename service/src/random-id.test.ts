import { expect, it } from 'vitest';
import { randomId } from './random-id.ts';

it('should return different ids of the given length', () => {
  const ids = Array.from({ length: 10_000 }, () => randomId(8, 'hex'));
  expect(new Set(ids).size).toBe(10_000);
  expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
  expect(randomId(9, 'base64url')).toMatch(/^[\w-]{12}$/);
});

it('should reject ids that are longer than the pool of random bytes', () => {
  expect(() => randomId(7_000, 'hex')).toThrow(RangeError);
});
