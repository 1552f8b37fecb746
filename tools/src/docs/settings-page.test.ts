import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formattedSettings, SETTINGS_FILE } from './docs.ts';

it('should list the settings as the code reads them', async () => {
  expect(readFileSync(SETTINGS_FILE, 'utf8'), 'run `npm run docs`').toBe(await formattedSettings());
});

it('should describe every setting', async () => {
  const lines = (await formattedSettings()).split('\n').filter((line) => line.startsWith('| `'));
  expect(lines.length).toBeGreaterThan(25);
  expect(lines.filter((line) => /\|\s*\|$/.test(line))).toEqual([]);
});
