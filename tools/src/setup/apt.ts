import { Failure, messageOf } from '../failure.ts';
import { findCommand, run } from '../process/run.ts';
import type { Say } from './say.ts';

/** True if this process can install Debian packages. */
export const canUseApt = (): boolean => process.getuid?.() === 0 && findCommand(['apt-get']) !== undefined;

/**
 * Installs a Debian package and prints a line about it.
 * @throws Failure with the last lines of apt's output
 */
export async function installWithApt(packageName: string, purpose: string, say: Say): Promise<void> {
  say(`Installing ${packageName} with apt-get (${purpose}).`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', packageName], { env });
  let result = await install();
  if (result.code !== 0) {
    await run('apt-get', ['update'], { env });
    result = await install();
  }
  if (result.code === 0) return;
  throw new Failure(
    `apt-get could not install ${packageName}. Install it manually, then try again. Last lines of its output:\n` +
      result.output.split('\n').slice(-8).join('\n'),
  );
}

/** Installs a package that the tests don't require, if this process can use apt. If that fails, prints why. */
export async function tryInstallWithApt(packageName: string, purpose: string, say: Say): Promise<void> {
  if (!canUseApt()) return;
  try {
    await installWithApt(packageName, purpose, say);
  } catch (error) {
    say(messageOf(error));
  }
}
