import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@tocsin/tools/config';
import { Failure } from '@tocsin/tools/failure';
import { ROOT } from '@tocsin/tools/paths';
import { findGo, goBuild } from '@tocsin/tools/setup/go-build';
import { hashOf } from '@tocsin/tools/setup/hash';
import { withLock } from '@tocsin/tools/setup/lock';

export const CENTRIFUGO_VERSION = '6.9.1';
const PACKAGE = 'github.com/centrifugal/centrifugo/v6';

/**
 * Builds Centrifugo from the module in lab/centrifugo into the user's cache, unless it is already there.
 * @returns the path of the command
 * @throws Failure if Go is not installed or the build fails
 */
export async function buildCentrifugo(): Promise<string> {
  const hash = hashOf(ROOT, ['lab/centrifugo']).slice(0, 12);
  const target = join(readConfig().cacheDir, `centrifugo-${CENTRIFUGO_VERSION}-${hash}`);
  if (existsSync(target)) return target;
  const go = findGo();
  if (!go) throw new Failure('Go is not installed');
  return withLock(
    `${target}.lock`,
    async () => {
      if (existsSync(target)) return target;
      process.stderr.write(
        `Building Centrifugo ${CENTRIFUGO_VERSION} with Go into ${target}. This takes a few minutes, once.\n`,
      );
      const partial = `${target}.partial`;
      rmSync(partial, { force: true });
      await goBuild(go, {
        module: 'lab/centrifugo',
        name: 'Centrifugo',
        packages: [PACKAGE],
        flags: ['-ldflags', `-s -w -X ${PACKAGE}/internal/build.Version=${CENTRIFUGO_VERSION}`],
        output: partial,
      });
      renameSync(partial, target);
      return target;
    },
    () => undefined,
  );
}
