import { describe, expect, it } from 'vitest';
import { ROOT } from '../paths.ts';
import { isAllowed, shippedLicenses } from './licenses.ts';

describe('the licenses of shipped packages', () => {
  const shipped = shippedLicenses(ROOT);

  it('should all be on the list of permitted licenses', () => {
    const forbidden = shipped.filter(({ license }) => license === undefined || !isAllowed(license));
    expect(forbidden).toEqual([]);
  });

  it('should cover all packages that the applications use', () => {
    const paths = shipped.map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(100);
    for (const name of ['express', 'socket.io', '@dapr/dapr', 'zod'])
      expect(paths).toContain(`node_modules/${name}`);
  });
});

describe('a license expression', () => {
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
  ])('should be evaluated against the permitted licenses: %s', (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
  });
});
