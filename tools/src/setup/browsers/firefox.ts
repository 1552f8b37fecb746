import { messageOf } from '../../failure.ts';
import { findCommand } from '../../process/run.ts';
import { canUseApt, installWithApt } from '../apt.ts';
import type { Say } from '../say.ts';

const NAMES = ['firefox-esr', 'firefox'];
const PLACES = ['/Applications/Firefox.app/Contents/MacOS'];

/** The path of an installed Firefox. */
export const findFirefox = (): string | undefined => findCommand(NAMES, PLACES);

/** An installed Firefox, else installs it with apt when that is possible. `undefined`, and says why, if it can't. */
export async function ensureFirefox(say: Say): Promise<string | undefined> {
  try {
    if (!findFirefox() && canUseApt())
      await installWithApt('firefox-esr', 'some tests look at the page with it', say);
  } catch (error) {
    say(messageOf(error));
  }
  const path = findFirefox();
  if (!path)
    say('The tests in Firefox do not run: it is not installed (`sudo apt-get install firefox-esr`).');
  return path;
}
