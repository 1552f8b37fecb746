import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const section = /^## Threats$(.*?)^## /ms.exec(page)?.[1] ?? '';
const groups = section
  .split(/^### /m)
  .slice(1)
  .map((text) => ({
    who: /^.*/.exec(text)?.[0] ?? '',
    rows: text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      // Skip the header row and the separator below it.
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim())),
  }));
const threats = groups.flatMap(({ who, rows }) =>
  rows.map(([, could, , shownBy]) => [who, could, shownBy] as const),
);

it.each(threats)('should link to a test for each threat: %s could %s', (_who, _could, shownBy) => {
  // links.test.ts checks that the files exist.
  expect(shownBy).toMatch(/^\[[^\]]+\]\(\.\.\/[\w./-]+\.test\.ts\)/);
});

it.each([
  ...['network of the machine', 'Dapr application', 'anonymous browser', 'signed-in reader'],
  ...['publisher with a key', 'supply chain', 'reader of logs'],
])('should have a group of threats for each attacker: %s', (attacker) => {
  const group = groups.find(({ who }) => who.includes(attacker));
  expect(group?.rows.length).toBeGreaterThan(2);
});
