import { findCommand } from '../../process/run.ts';
import { tryInstallWithApt } from '../apt.ts';
import type { Say } from '../say.ts';

const NAMES = ['chromium-headless-shell', 'chrome-headless-shell'];

/** The path of Chromium's headless shell, which opens pages in about half the CPU time of full Chromium. */
export const findHeadlessShell = (): string | undefined => findCommand(NAMES);

/** Installs the headless shell with apt if possible. If that fails, prints why, and the tests use Chromium. */
export async function ensureHeadlessShell(say: Say): Promise<void> {
  if (!findHeadlessShell())
    await tryInstallWithApt('chromium-headless-shell', 'the tests open pages faster with it', say);
}
