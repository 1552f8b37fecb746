import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { ROOT } from '../paths.ts';
import { findCommand } from '../process/run.ts';
import { findGo, goBuild } from './go-build.ts';
import { hashOf } from './hash.ts';
import { withLock } from './lock.ts';

const VERSION = '1.16.5';

/** The Dapr CLI, which only a test needs: from the PATH or built into the cache. `undefined` without the CLI and Go. */
export async function ensureDaprCli(): Promise<string | undefined> {
  const installed = findCommand(['dapr']);
  const go = findGo();
  if (installed || !go) return installed;
  const target = join(
    readConfig().cacheDir,
    `dapr-cli-${VERSION}-${hashOf(ROOT, ['tools/dapr/cli']).slice(0, 12)}`,
  );
  const build = async () => {
    if (existsSync(target)) return;
    await goBuild(go, {
      module: 'tools/dapr/cli',
      name: "Dapr's CLI",
      packages: ['github.com/dapr/cli'],
      flags: ['-ldflags', `-s -w -X main.version=${VERSION}`],
      output: `${target}.partial`,
    });
    renameSync(`${target}.partial`, target);
  };
  await withLock(`${target}.lock`, build, () => undefined);
  return target;
}
