import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

/** The log lines that the runbooks quote: code spans of four or more words, starting in lower case. */
const quoted = [...page.replaceAll(/\n */g, ' ').matchAll(/`([a-z]+(?: [a-zA-Z]+){3,})`/g)].map(
  ([, line = '']) => line,
);

const sources = execFileSync('git', ['ls-files', 'bff/src', 'producer/src', 'service/src'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n');

const firstGroups = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), ([, group = '']) => group);

it('should quote only existing log lines', () => {
  const lines = quoted.filter((line) => !line.startsWith('npm run') && !line.startsWith('redis-cli'));
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.filter((line) => !sources.includes(line))).toEqual([]);
});

it.each(['producer', 'bff'])('should list exactly the metrics of the %s', (app) => {
  const [table = ''] = page.slice(page.indexOf(`| metric \`tocsin_${app}_…\``)).split('\n\n');
  const metrics = new Set(firstGroups(sources, new RegExp(`'tocsin_${app}_(\\w+)'`, 'g')));
  const shared = firstGroups(sources, /`tocsin_\$\{app\}_(\w+)`/g);
  expect(firstGroups(table, /^\| `(\w+)`/gm).sort()).toEqual([...metrics, ...shared].sort());
});

it.each([
  ['action', AUDIT_ACTIONS],
  ['outcome', AUDIT_OUTCOMES],
])('should list exactly the possible values of the member %s in audit records', (member, words) => {
  const [row = ''] = new RegExp(`^\\| \`${member}\` .*`, 'm').exec(page) ?? [];
  expect(firstGroups(row.split('|')[2] ?? '', /`([\w-]+)`/g).sort()).toEqual([...words].sort());
});
