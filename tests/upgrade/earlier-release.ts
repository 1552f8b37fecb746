import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@tocsin/tools';

const execute = promisify(execFile);

/** The last commit of 0.1.0. */
export const RELEASE_0_1_0 = 'aaa9141ffc30829c8dc9d43f527ffc0dc9241752';

/**
 * Puts the sources of an earlier release, with its packages, into the user's cache. Needs this repository's history and the
 * package registry, and takes about a minute the first time.
 */
export async function earlierRelease(commit: string): Promise<string> {
  const target = join(homedir(), '.cache', 'tocsin', `release-${commit.slice(0, 12)}`);
  if (existsSync(target)) return target;
  const partial = `${target}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const archive = join(partial, 'sources.tar');
  await execute('git', ['archive', '--output', archive, commit], { cwd: ROOT });
  await execute('tar', ['-xf', archive], { cwd: partial });
  rmSync(archive);
  const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await execute('npm', install, { cwd: partial, maxBuffer: 64 * 1024 * 1024 });
  renameSync(partial, target);
  return target;
}
