import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { run } from '../process/run.ts';
import { buildDapr } from './dapr-build.ts';
import { sayNothing, type Say } from './say.ts';

/** The paths of Dapr's commands. */
export interface Dapr {
  daprd: string;
  placement: string;
  scheduler: string;
}

const OLDEST = [1, 18] as const;

/** True for a version from 1.18 on. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.trim().split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The commands below `runtimePath`, the place of both `dapr init --slim` and our own build. */
const daprIn = (runtimePath: string): Dapr => {
  const command = (name: string) => join(runtimePath, '.dapr', 'bin', name);
  return { daprd: command('daprd'), placement: command('placement'), scheduler: command('scheduler') };
};

async function installedDapr(daprHome: string, say: Say): Promise<Dapr | undefined> {
  const dapr = daprIn(daprHome);
  if (!existsSync(dapr.daprd)) return undefined;
  const { output } = await run(dapr.daprd, ['--version']);
  const version = output.trim().split('\n').at(-1) ?? '';
  if (!isNewEnough(version)) {
    say(`The installed Dapr ${version} is older than ${OLDEST.join('.')}, so it is not used.`);
    return undefined;
  }
  const missing = [dapr.placement, dapr.scheduler].filter((file) => !existsSync(file));
  if (missing.length > 0) {
    say(
      `The installed Dapr ${version} lacks ${missing.join(' and ')} (\`dapr init --slim\` installs them), so it is not used.`,
    );
    return undefined;
  }
  return dapr;
}

let found: Dapr | undefined;

/**
 * Finds an installed Dapr of version 1.18 or later or one built into the user's cache, else builds it there. Fast if one
 * exists.
 * @throws Failure with the remedy if there is no Dapr and no way to build it
 */
export async function ensureDapr(say: Say = sayNothing): Promise<Dapr> {
  const { daprHome, cacheDir } = readConfig();
  found ??= (await installedDapr(daprHome, say)) ?? daprIn(await buildDapr(cacheDir, say));
  return found;
}
