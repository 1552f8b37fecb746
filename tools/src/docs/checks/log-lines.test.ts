import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8').replaceAll(/\n */g, ' ');

/** The log lines that the runbooks quote: code spans of four or more words, starting in lower case. */
const quoted = [...page.matchAll(/`([a-z]+(?: [a-zA-Z]+){3,})`/g)].map(([, line = '']) => line);

const sources = execFileSync('git', ['ls-files', 'bff/src', 'producer/src', 'service/src'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n');

it('should quote only existing log lines', () => {
  const lines = quoted.filter((line) => !line.startsWith('npm run') && !line.startsWith('redis-cli'));
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.filter((line) => !sources.includes(line))).toEqual([]);
});
