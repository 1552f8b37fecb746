import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../config.ts';
import { Failure } from '../../failure.ts';
import { findCommand, run } from '../../process/run.ts';
import { buildIntoCache } from '../build-into-cache.ts';
import { findGo } from '../go-build.ts';
import { sayNothing } from '../say.ts';

const VERSION = 'v3.21.4';

/**
 * Finds Helm on the PATH, or builds it with Go into the cache. The chart tests need it.
 * @throws Failure if neither Helm nor Go is installed, or with the last lines of Go's output
 */
export async function ensureHelm(): Promise<string> {
  const installed = findCommand(['helm']);
  if (installed) return installed;
  const target = join(readConfig().cacheDir, `helm-${VERSION}`);
  const build = async (bin: string) => {
    const go = findGo();
    if (!go) throw new Failure('The chart tests need Helm (https://helm.sh/docs/intro/install/) or Go.');
    mkdirSync(bin, { recursive: true });
    const args = ['install', '-trimpath', '-ldflags', '-s -w', `helm.sh/helm/v3/cmd/helm@${VERSION}`];
    const { code, output } = await run(go, args, {
      env: { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '', GOBIN: bin },
    });
    if (code !== 0)
      throw new Failure(`Go could not build Helm. Last lines of its output:\n${output.slice(-2_000)}`);
  };
  return join(await buildIntoCache({ target, name: 'Helm', build }, sayNothing), 'helm');
}
