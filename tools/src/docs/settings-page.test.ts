import { expect, it } from 'vitest';
import { formatPage, SETTINGS } from './docs.ts';

it('should describe every setting', async () => {
  const lines = (await formatPage(SETTINGS)).split('\n').filter((line) => line.startsWith('| `'));
  expect(lines.length).toBeGreaterThan(25);
  expect(lines.filter((line) => /\|\s*\|$/.test(line))).toEqual([]);
});
