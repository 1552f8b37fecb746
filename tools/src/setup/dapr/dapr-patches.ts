import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { ROOT } from '../../paths.ts';
import { run } from '../../process/run.ts';

const MODULE = 'github.com/dapr/dapr';
const FOLDER = join(ROOT, 'tools', 'dapr', 'runtime');
const patchesSchema = z.array(
  z.strictObject({ why: z.string(), file: z.string(), from: z.string(), to: z.string() }),
);

/**
 * Copies Dapr's sources to `dir` and applies the changes in `tools/dapr/runtime/patches.json`.
 * @returns the `go.mod` to pass to Go's `-modfile`. It replaces Dapr's module with these sources
 * @throws Failure if Dapr can't be fetched or a patch doesn't match
 */
export async function patchDapr(go: string, dir: string): Promise<string> {
  const { code, stdout, output } = await run(go, ['mod', 'download', '-json', MODULE], {
    cwd: FOLDER,
    env: { GOWORK: 'off', GOFLAGS: '' },
  });
  if (code !== 0) {
    throw new Failure(
      `Go could not fetch Dapr. Check the network and GOPROXY, then try again. Last lines of its output:\n${output.slice(-2_000)}`,
    );
  }
  const { Dir: original } = z.object({ Dir: z.string() }).parse(JSON.parse(stdout));
  const sources = join(dir, 'dapr');
  copyPatched(original, sources);
  const modfile = join(dir, 'go.mod');
  const module = readFileSync(join(FOLDER, 'go.mod'), 'utf8');
  writeFileSync(modfile, `${module}\nreplace ${MODULE} => ${sources}\n`);
  copyFileSync(join(FOLDER, 'go.sum'), join(dir, 'go.sum'));
  return modfile;
}

/**
 * Copies Dapr's sources from Go's module cache to `sources`, and applies the patches.
 * @throws Failure if a patch does not match
 */
export function copyPatched(original: string, sources: string): void {
  cpSync(original, sources, {
    recursive: true,
    filter: (path) =>
      !['docs', 'tests'].includes(relative(original, path)) && !basename(path).endsWith('_test.go'),
  });
  const patches = patchesSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'patches.json'), 'utf8')));
  for (const { file, from, to } of patches) {
    const target = join(sources, file);
    const parts = readFileSync(target, 'utf8').split(from);
    if (parts.length !== 2)
      throw new Failure(`A patch in patches.json does not apply to ${file} in this version of Dapr.`);
    // The module cache is read-only, as are files copied from it.
    rmSync(target);
    writeFileSync(target, parts.join(to));
  }
}
