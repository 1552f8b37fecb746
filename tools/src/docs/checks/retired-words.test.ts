import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';
import { GLOSSARY_SOURCE, retiredWords } from '../glossary-page.ts';

/** Files that may contain retired words: the generated glossary, its source, the changelog and this test. */
const EXEMPT = [
  GLOSSARY_SOURCE,
  'CHANGELOG.md',
  'docs/glossary.md',
  'tools/src/docs/checks/retired-words.test.ts',
];

/** Matches a whole word in an identifier: `Wants` in `TabWants`, but not in `Wantsome`. */
const patternOf = (word: string): RegExp =>
  /^[A-Z]/.test(word)
    ? new RegExp(`(?<![A-Z])(?<![Ss]et)${word}(?![a-z])`)
    : new RegExp(`(?<![A-Za-z])${word}(?![a-z])`);

const files = execFileSync('git', ['ls-files', '*.ts', '*.vue', '*.js', '*.mjs', '*.md', '*.yaml'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !EXEMPT.includes(file));

/** Lists each line that contains retired words, as `file:line` and the words. */
function findings(words: readonly { word: string; pattern: RegExp }[]): string[] {
  return files.flatMap((file) => {
    const text = `${file}\n${readFileSync(join(ROOT, file), 'utf8')}`;
    if (!words.some(({ pattern }) => pattern.test(text))) return [];
    return text.split('\n').flatMap((line, n) => {
      const used = words.filter(({ pattern }) => pattern.test(line)).map(({ word }) => word);
      return used.length > 0 ? [`${file}:${n} ${used.join(', ')}`] : [];
    });
  });
}

it('should use the words of the glossary instead of retired words', () => {
  const words = retiredWords().map((word) => ({ word, pattern: patternOf(word) }));
  expect(words.length).toBeGreaterThan(10);
  expect(findings(words), `${GLOSSARY_SOURCE} lists the words to use instead`).toEqual([]);
});

it.each([
  ['Wants', 'class TabWants {'],
  ['Aside', 'export class Aside {'],
  ['doorbell', '/** Rings the doorbell again. */'],
])('should find %s in %j', (word, line) => {
  expect(patternOf(word).test(line)).toBe(true);
});

it.each([
  ['Aside', 'class SetAsideStore {'],
  ['Wants', 'class Wantsome {'],
  ['carrier', 'carriers'],
])('should not find %s in %j', (word, line) => {
  expect(patternOf(word).test(line)).toBe(false);
});
