import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');

/** Everything in the root folder except our commands' output folder. */
const topLevel = new Set(readdirSync(ROOT).filter((name) => name !== '.artifacts'));

/** The paths in code spans that start with a top-level folder. */
const paths = [...page.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)]
  .map(([, path = '']) => path)
  .filter((path) => path.includes('/') && topLevel.has(path.split('/')[0] ?? ''));

const packages = ['contracts', 'service', 'client', 'client-vue', 'producer', 'bff', 'ui', 'tools', 'lab'];

const folders = packages.flatMap((name) =>
  readdirSync(join(ROOT, name, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map((entry) => `${name}/src/${entry.name}/`),
);

it('should mention only existing paths', () => {
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it('should mention every top-level folder in each package’s src', () => {
  expect(folders.filter((folder) => !paths.includes(folder))).toEqual([]);
});
