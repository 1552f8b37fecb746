import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@tocsin/tools';
import { readConfig } from '@tocsin/tools/config';
import { buildIntoCache } from '@tocsin/tools/setup/build-into-cache';

const execute = promisify(execFile);

/** The last commit of 0.1.0. */
export const RELEASE_0_1_0 = 'aaa9141ffc30829c8dc9d43f527ffc0dc9241752';

/**
 * Extracts an earlier release's sources into the user's cache and installs the dependencies. Needs this repository's
 * history and the package registry, and takes about a minute the first time.
 */
export function earlierRelease(commit: string): Promise<string> {
  const target = join(readConfig().cacheDir, `release-${commit.slice(0, 12)}`);
  return buildIntoCache({ target, name: 'the earlier release', build: install(commit) }, console.log);
}

const install = (commit: string) => async (partial: string) => {
  mkdirSync(partial);
  const archive = join(partial, 'sources.tar');
  await execute('git', ['archive', '--output', archive, commit], { cwd: ROOT });
  await execute('tar', ['-xf', archive], { cwd: partial });
  rmSync(archive);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await execute('npm', args, { cwd: partial, maxBuffer: 64 * 1024 * 1024 });
};
