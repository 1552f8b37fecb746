import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { run } from '../../process/run.ts';
import { goBuild } from '../go-build.ts';
import { withLock } from '../lock.ts';
import type { Say } from '../say.ts';
import { flagsOf, PACKAGES, reportProgress } from './dapr-build.ts';
import { copyPatched } from './dapr-patches.ts';

const downloadSchema = z.union([z.object({ Dir: z.string() }), z.object({ Error: z.string() })]);

/**
 * Builds any version of Dapr's runtime from its own module into the cache, unless it is already there. The first build of a
 * version takes about 7 minutes on two cores.
 * @returns the folder that contains `.dapr/bin`
 * @throws Failure if Go's proxy does not have the version, or the build fails
 */
export async function buildDaprVersion(
  go: string,
  version: string,
  cacheDir: string,
  say: Say,
): Promise<string> {
  const target = join(cacheDir, `dapr-${version}`);
  const onWait = (holder: number) =>
    say(`Another process (${holder}) is building Dapr for this user; waiting for it.`);
  return withLock(
    `${target}.lock`,
    async () => {
      if (!existsSync(target)) await build(go, version, target, say);
      return target;
    },
    onWait,
  );
}

async function build(go: string, version: string, target: string, say: Say): Promise<void> {
  const partial = `${target}.partial`;
  const bin = join(partial, '.dapr', 'bin');
  const sources = join(partial, 'sources');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  copyPatched(await downloadDaprSources(go, version, partial), sources);
  say(`Building Dapr ${version} with Go into ${target}.`);
  const progress = reportProgress(say);
  try {
    await goBuild(go, {
      module: sources,
      name: `Dapr ${version}`,
      packages: PACKAGES,
      flags: flagsOf(version),
      output: `${bin}/`,
      onLine: progress.onLine,
    });
  } finally {
    progress.stop();
  }
  rmSync(sources, { recursive: true, force: true });
  renameSync(partial, target);
}

async function downloadDaprSources(go: string, version: string, cwd: string): Promise<string> {
  const { stdout } = await run(go, ['mod', 'download', '-json', `github.com/dapr/dapr@v${version}`], {
    cwd,
    env: { GOWORK: 'off', GOFLAGS: '' },
  });
  const found = downloadSchema.parse(JSON.parse(stdout));
  if ('Dir' in found) return found.Dir;
  throw new Failure(`Go's module proxy has no Dapr ${version}: ${found.Error}`);
}
