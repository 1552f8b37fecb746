import { Failure } from '../../failure.ts';
import { findCommand } from '../../process/run.ts';
import { canUseApt, installWithApt } from '../apt.ts';
import type { Say } from '../say.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FOLDERS = [
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
];

export const findChromium = (): string | undefined =>
  findCommand([...NAMES, 'Google Chrome', 'Chromium'], FOLDERS);

/**
 * Finds an installed Chromium, or installs it with apt if possible.
 * @throws Failure that explains how to install it
 */
export async function ensureChromium(say: Say): Promise<string> {
  if (!findChromium() && canUseApt())
    await installWithApt('chromium', 'the tests use it to open the page', say);
  const path = findChromium();
  if (path) return path;
  throw new Failure(
    'The tests need Chromium or Chrome. Install it (`sudo apt-get install chromium`, `brew install --cask chromium`), ' +
      'then try again.',
  );
}
