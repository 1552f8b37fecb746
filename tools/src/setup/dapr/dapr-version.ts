import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { run } from '../../process/run.ts';
import { buildIntoCache } from '../build-into-cache.ts';
import { goBuild } from '../go-build.ts';
import type { Say } from '../say.ts';
import { flagsOf, PACKAGES, reportProgress } from './dapr-build.ts';
import { copyPatched } from './dapr-patches.ts';

const downloadSchema = z.union([z.object({ Dir: z.string() }), z.object({ Error: z.string() })]);

/**
 * Builds a version of Dapr's runtime into the cache, unless it is already there. Applies our patches, and uses the
 * dependencies that this version pins. A version's first build takes about 7 minutes on two cores.
 * @returns the folder that contains `.dapr/bin`
 * @throws Failure if Go's proxy doesn't have the version, a patch doesn't apply, or the build fails
 */
export function buildDaprVersion(go: string, version: string, cacheDir: string, say: Say): Promise<string> {
  const target = join(cacheDir, `dapr-${version}`);
  const build = async (partial: string) => {
    say(`Building Dapr ${version} with Go into ${target}.`);
    await buildVersion(go, version, partial, say);
  };
  return buildIntoCache({ target, name: 'Dapr', build }, say);
}

async function buildVersion(go: string, version: string, partial: string, say: Say): Promise<void> {
  const bin = join(partial, '.dapr', 'bin');
  const sources = join(partial, 'sources');
  mkdirSync(bin, { recursive: true });
  copyPatched(await downloadDaprSources(go, version, partial), sources);
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
