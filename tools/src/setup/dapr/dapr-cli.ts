import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../config.ts';
import { ROOT } from '../../paths.ts';
import { findCommand } from '../../process/run.ts';
import { buildIntoCache } from '../build-into-cache.ts';
import { findGo, goBuild } from '../go-build.ts';
import { hashOf } from '../hash.ts';
import { sayNothing } from '../say.ts';
import { releaseDir } from './release/install.ts';
import { readRelease } from './release/release.ts';

/**
 * Finds the Dapr CLI, which only one test needs: on the PATH, in a downloaded release, or else built into the cache.
 * `undefined` if it would have to be built and Go is missing.
 */
export async function ensureDaprCli(): Promise<string | undefined> {
  const release = readRelease();
  const { cacheDir } = readConfig();
  const downloaded = join(releaseDir({ release, cacheDir }), '.dapr', 'bin', 'dapr');
  const installed = findCommand(['dapr']) ?? (existsSync(downloaded) ? downloaded : undefined);
  const go = findGo();
  if (installed || !go) return installed;
  const target = join(cacheDir, `dapr-cli-${release.cli}-${hashOf(ROOT, ['tools/dapr/cli']).slice(0, 12)}`);
  const build = (partial: string) =>
    goBuild(go, {
      module: 'tools/dapr/cli',
      name: "Dapr's CLI",
      packages: ['github.com/dapr/cli'],
      flags: ['-ldflags', `-s -w -X main.version=${release.cli}`],
      output: partial,
    });
  return buildIntoCache({ target, name: "Dapr's CLI", build }, sayNothing);
}
