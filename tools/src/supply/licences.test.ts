import { describe, expect, it } from 'vitest';
import { ROOT } from '../paths.ts';
import { isAllowed, shippedLicences } from './licences.ts';

describe('the licences of shipped packages', () => {
  const shipped = shippedLicences(ROOT);

  it('should all be on the list of permitted licences', () => {
    const forbidden = shipped.filter(({ licence }) => licence === undefined || !isAllowed(licence));
    expect(forbidden).toEqual([]);
  });

  it('should cover all packages that the applications use', () => {
    const paths = shipped.map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(100);
    for (const name of ['express', 'socket.io', '@dapr/dapr', 'zod'])
      expect(paths).toContain(`node_modules/${name}`);
  });
});

describe('a licence expression', () => {
  it.each([
    ['MIT', true],
    ['apache-2.0', true],
    ['(MIT OR GPL-3.0)', true],
    ['GPL-3.0 OR MIT', true],
    ['Apache-2.0 AND BSD-3-Clause', true],
    ['MIT AND (GPL-3.0 OR ISC)', true],
    ['MIT AND GPL-3.0', false],
    ['GPL-3.0', false],
    ['(MIT AND AGPL-3.0) OR GPL-2.0', false],
    ['MIT WITH something', false],
    ['SEE LICENSE IN FILE', false],
    ['(MIT', false],
    ['', false],
  ])('should be evaluated against the permitted licences: %s', (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
  });
});
