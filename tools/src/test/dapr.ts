import { readConfig } from '../config.ts';
import { parseOptions, throwIfInvalid } from '../options.ts';
import { buildDaprVersion } from '../setup/dapr/dapr-version.ts';
import { findGo } from '../setup/go-build.ts';
import { ensureApps } from '../setup/product/apps.ts';
import { ensureRedisServer } from '../setup/redis/redis.ts';
import { Failure } from '../failure.ts';
import type { Say } from '../setup/say.ts';
import { runSuite } from './suite.ts';

const USAGE = 'npm run test:dapr -- VERSION [FILE...]';
const say: Say = (line) => process.stdout.write(`${line}\n`);
/** Folders with tests that a new Dapr version could break. */
const DELIVERY = ['tests/delivery/', 'tests/recovery/', 'tests/fallbacks/'];

/**
 * `npm run test:dapr -- 1.16.0`: builds a version of Dapr with Go, if Go's module proxy has it, and runs the delivery
 * suite with it. It also accepts older, unsupported versions, so that you can see what fails.
 */
export async function testDapr(args: string[], signal: AbortSignal): Promise<number> {
  const { positionals } = parseOptions(args, USAGE, { options: {}, allowPositionals: true });
  const [version = '', ...files] = positionals;
  throwIfInvalid(
    /^\d+\.\d+\.\d+$/.test(version) ? [] : [`VERSION must be three numbers such as 1.18.1, not "${version}"`],
    USAGE,
  );
  const go = findGo();
  if (!go)
    throw new Failure(
      'Building a version of Dapr requires Go. Install it (https://go.dev/dl/), then try again.',
    );
  const path = await buildDaprVersion(go, version, readConfig().cacheDir, say);
  const setUp = async () => {
    await ensureRedisServer(say);
    await ensureApps(say);
  };
  return runSuite(
    {
      name: 'test:dapr',
      projects: ['integration', 'alone'],
      setUp,
      env: { DAPR_RUNTIME_PATH: path, DAPR_UNTESTED: 'yes' },
    },
    files.length > 0 ? files : DELIVERY,
    signal,
  );
}
