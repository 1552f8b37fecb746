import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';

const LINK = /\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g;

/** The links of a page that lead to a file, as they are written. */
const fileLinks = (text: string): string[] =>
  [...text.matchAll(LINK)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));

const pages = [
  ...readdirSync(ROOT),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'));

it.each(pages)('should link only to files that are there: %s', (page) => {
  const links = fileLinks(readFileSync(join(ROOT, page), 'utf8'));
  expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});

it('should find the links of the guarantees, each with its test', () => {
  expect(fileLinks(readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8')).length).toBeGreaterThan(50);
});
