import { findCommand } from '../../process/run.ts';
import { tryInstallWithApt } from '../apt.ts';
import type { Say } from '../say.ts';

const NAMES = ['firefox-esr', 'firefox'];
const FOLDERS = ['/Applications/Firefox.app/Contents/MacOS'];

export const findFirefox = (): string | undefined => findCommand(NAMES, FOLDERS);

/**
 * Finds an installed Firefox, or installs it with apt if possible. If that fails, prints why and returns `undefined`.
 */
export async function ensureFirefox(say: Say): Promise<string | undefined> {
  if (!findFirefox()) await tryInstallWithApt('firefox-esr', 'some tests use it to open the page', say);
  const path = findFirefox();
  if (!path)
    say('Skipping the tests in Firefox because it is not installed (`sudo apt-get install firefox-esr`).');
  return path;
}
