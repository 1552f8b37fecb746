import { join } from 'node:path';
import { readConfig } from '@tocsin/tools/config';
import { Failure } from '@tocsin/tools/failure';
import { ROOT } from '@tocsin/tools/paths';
import { buildIntoCache } from '@tocsin/tools/setup/build-into-cache';
import { findGo, goBuild } from '@tocsin/tools/setup/go-build';
import { hashOf } from '@tocsin/tools/setup/hash';

export const CENTRIFUGO_VERSION = '6.9.1';
const PACKAGE = 'github.com/centrifugal/centrifugo/v6';

/**
 * Builds Centrifugo from the module in lab/centrifugo into the user's cache, unless it's already there.
 * @returns the path of the command
 * @throws Failure if Go isn't installed or the build fails
 */
export async function buildCentrifugo(): Promise<string> {
  const hash = hashOf(ROOT, ['lab/centrifugo']).slice(0, 12);
  const target = join(readConfig().cacheDir, `centrifugo-${CENTRIFUGO_VERSION}-${hash}`);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const build = async (partial: string) => {
    const go = findGo();
    if (!go) throw new Failure('Go is not installed');
    say(`Building Centrifugo ${CENTRIFUGO_VERSION} with Go into ${target}. This takes a few minutes, once.`);
    await goBuild(go, {
      module: 'lab/centrifugo',
      name: 'Centrifugo',
      packages: [PACKAGE],
      flags: ['-ldflags', `-s -w -X ${PACKAGE}/internal/build.Version=${CENTRIFUGO_VERSION}`],
      output: partial,
    });
  };
  return buildIntoCache({ target, name: 'Centrifugo', build }, say);
}
