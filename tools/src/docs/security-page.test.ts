import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const section = /^## Threats$(.*?)^## /ms.exec(page)?.[1] ?? '';
const threats = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, who = '']) => !who.startsWith('---'));

it.each(threats.map((cells) => [cells[1], cells[2], cells[4]] as const))(
  'should name a test for each threat: %s could %s',
  (_who, _could, shownBy) => {
    // That the files are there is held by the test of all links.
    expect(shownBy).toMatch(/^\[[^\]]+\]\(\.\.\/[\w./-]+\.test\.ts\)/);
  },
);

it.each([
  ...['anonymous browser', 'signed-in user', 'producer with a key', 'other Dapr application'],
  ...['host or its network', 'reaches Redis', 'supply chain', 'reader of logs'],
])('should think of each who could come: %s', (who) => {
  expect(threats.filter(([, named = '']) => named.includes(who))).not.toEqual([]);
});
