import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NOT_SENT } from './invoke.ts';
import { FIELD_NAMES } from './mapping.ts';

const guide = new URL('../../../../../docs/guides/write-your-own-channel.md', import.meta.url);
const rows = readFileSync(guide, 'utf8').split('\n');
const codeIn = (text = ''): string[] => Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);

it('should find every message field in the guide', () => {
  const cells = rows.filter((row) => row.startsWith('| `$')).map((row) => row.split('|')[1]);
  expect(cells.flatMap(codeIn)).toEqual(expect.arrayContaining(FIELD_NAMES.map((name) => `$${name}`)));
});

it('should find every error of an unsent message in the guide', () => {
  const row = rows.find((text) => text.includes('`connection refused`'));
  expect(codeIn(row?.split('|')[1]).sort()).toEqual(NOT_SENT.source.split('|').sort());
});
