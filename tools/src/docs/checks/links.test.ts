import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

const LINK = /\]\(([^)\s]*)\)/g;
const CODE_BLOCK = /^ *```[\s\S]*?^ *```/gm;

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((page) => existsSync(join(ROOT, page)));

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8').replaceAll(CODE_BLOCK, '');

interface Link {
  target: string;
  file: string;
  heading: string;
}

/** A page's links to files in the repository. */
const linksOf = (page: string): Link[] =>
  [...textOf(page).matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', heading = ''] = target.split('#');
      return { target, file: path === '' ? page : normalize(join(dirname(page), path)), heading };
    });

/** The anchor that GitHub creates for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

it.each(pages)('should link only to existing files: %s', (page) => {
  const broken = linksOf(page).filter(({ file }) => !existsSync(join(ROOT, file)));
  expect(broken.map(({ target }) => target)).toEqual([]);
});

it.each(pages)('should link only to existing headings: %s', (page) => {
  const broken = linksOf(page).filter(
    ({ file, heading }) => heading !== '' && file.endsWith('.md') && !anchorsOf(file).includes(heading),
  );
  expect(broken.map(({ target }) => target)).toEqual([]);
});

it('should link the guarantees to tests', () => {
  expect(linksOf('docs/guarantees.md').length).toBeGreaterThan(50);
});
