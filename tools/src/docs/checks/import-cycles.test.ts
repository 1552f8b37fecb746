import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from '../../paths.ts';

interface PackageJson {
  name: string;
  workspaces?: string[];
  exports?: Record<string, string>;
}
const readPackage = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as PackageJson;

/** Maps workspace import paths such as `@tocsin/client/vue` to files. */
const entries = new Map(
  (readPackage('.').workspaces ?? []).flatMap((folder) => {
    const { name, exports = {} } = readPackage(folder);
    return Object.entries(exports).map(
      ([path, file]) => [posix.join(name, path), posix.join(folder, file)] as const,
    );
  }),
);

const SCRIPT = /<script[^>]*>([\s\S]*?)<\/script>/g;

/** The files in the repository that a file imports, including type imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const code = file.endsWith('.vue')
    ? [...text.matchAll(SCRIPT)].map(([, script]) => script).join('\n')
    : text;
  return ts.preProcessFile(code).importedFiles.flatMap(({ fileName }) => {
    if (fileName.startsWith('.')) return [posix.join(posix.dirname(file), fileName)];
    return entries.get(fileName) ?? [];
  });
}

/** The files that form a cycle, or `undefined` if the graph has no cycle. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (done.has(file)) return undefined;
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

const files = execFileSync('git', ['ls-files', '*.ts', '*.vue'], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n');

it('should have no import cycles, including through type imports', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  expect([...graph.values()].flat().length).toBeGreaterThan(1_000);
  expect(cycleIn(graph)).toBeUndefined();
});

it('should find a cycle', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', []],
    ['d', ['b']],
  ]);
  expect(cycleIn(graph)).toEqual(['b', 'd', 'b']);
});
