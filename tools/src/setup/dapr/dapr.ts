import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, type ToolsConfig } from '../../config.ts';
import { Failure } from '../../failure.ts';
import { run } from '../../process/run.ts';
import { buildDapr, buildDir } from './dapr-build.ts';
import { findGo } from '../go-build.ts';
import { downloadDapr } from './release/install.ts';
import { readRelease } from './release/release.ts';
import { sayNothing, type Say } from '../say.ts';

export interface Dapr {
  daprd: string;
  placement: string;
  scheduler: string;
}

const MIN_VERSION = [1, 18] as const;
/** The oldest Dapr that Tocsin supports. */
export const OLDEST_VERSION = MIN_VERSION.join('.');

const HOW_TO_GET_DAPR = `Do one of the following, then try again:
  fix the cause above; DAPR_MIRROR sets a mirror of https://github.com, HTTPS_PROXY a proxy
  install Dapr with its script   curl -fsSL https://raw.githubusercontent.com/dapr/cli/master/install/install.sh | /bin/bash && dapr init --slim
  install Dapr with Homebrew     brew install dapr/tap/dapr-cli && dapr init --slim
  install Go (https://go.dev/dl/, \`apt-get install golang-go\`, \`brew install go\`), and Tocsin builds Dapr itself`;

/** True for version 1.18 and later, and `undefined` for text without a version. */
export function isNewEnough(version: string): boolean | undefined {
  const found = /^v?(\d+)\.(\d+)/.exec(version);
  if (!found) return undefined;
  const [major = 0, minor = 0] = found.slice(1).map(Number);
  return major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
}

/** The commands in `runtimePath`, where both `dapr init --slim` and our own build put them. */
const daprIn = (runtimePath: string): Dapr => {
  const command = (name: string) => join(runtimePath, '.dapr', 'bin', name);
  return { daprd: command('daprd'), placement: command('placement'), scheduler: command('scheduler') };
};

/** The reason why the Dapr in `runtimePath` can't be used, or `undefined` if it can. */
async function problemWith(
  runtimePath: string,
  allowsOlder = readConfig().allowsUntestedDapr,
): Promise<string | undefined> {
  const dapr = daprIn(runtimePath);
  const missing = [dapr.daprd, dapr.placement, dapr.scheduler].filter((file) => !existsSync(file));
  if (missing.length > 0) return `${missing.join(', ')} not found (\`dapr init --slim\` installs Dapr)`;
  const { output } = await run(dapr.daprd, ['--version']);
  const version = output.trim().split('\n').at(-1) ?? '';
  return allowsOlder || isNewEnough(version)
    ? undefined
    : `its version ${version} is older than ${OLDEST_VERSION}`;
}

/** Returns DAPR_RUNTIME_PATH if its Dapr can be used. Otherwise throws, because no other Dapr may replace it. */
async function requestedDapr(runtimePath: string): Promise<string> {
  const problem = await problemWith(runtimePath);
  if (problem === undefined) return runtimePath;
  throw new Failure(
    `The Dapr in DAPR_RUNTIME_PATH (${runtimePath}) cannot be used: ${problem}. Correct the path, or unset it so that Tocsin installs its own Dapr.`,
  );
}

async function isInstalled(home: string, say: Say): Promise<boolean> {
  if (!existsSync(daprIn(home).daprd)) return false;
  const problem = await problemWith(home);
  if (problem !== undefined) say(`Not using the installed Dapr in ${home}: ${problem}.`);
  return problem === undefined;
}

async function locate(config: ToolsConfig, say: Say): Promise<string> {
  const { daprRuntimePath, home, cacheDir, daprMirror: mirror, proxy } = config;
  if (daprRuntimePath !== undefined) return requestedDapr(daprRuntimePath);
  if (await isInstalled(home, say)) return home;
  const built = buildDir(cacheDir);
  if (existsSync(built)) return built;
  const downloaded = await downloadDapr({ release: readRelease(), cacheDir, mirror, proxy, say }).then(
    (path) => ({ path }),
    (error: unknown) => {
      if (error instanceof Failure) return error.message;
      throw error;
    },
  );
  if (typeof downloaded !== 'string') return downloaded.path;
  const go = findGo();
  if (!go)
    throw new Failure(
      `This machine has no usable Dapr, and none could be downloaded:\n${downloaded}\n${HOW_TO_GET_DAPR}`,
    );
  say(downloaded);
  return buildDapr(go, cacheDir, say);
}

let found: Dapr | undefined;

/**
 * Finds Dapr 1.18 or later. If DAPR_RUNTIME_PATH is set, looks only in that folder. Otherwise uses an installed or
 * cached Dapr, or else downloads the release or, if that fails, builds it with Go.
 * @throws Failure that explains what to do if none of this works
 */
export async function ensureDapr(say: Say = sayNothing): Promise<Dapr> {
  found ??= daprIn(await locate(readConfig(), say));
  return found;
}
