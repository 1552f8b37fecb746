import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ROOT } from '../paths.ts';
import { settingsPage } from './settings-page.ts';

export const SETTINGS_FILE = join(ROOT, 'docs', 'settings.md');

/** The page as it stands in the repository: formatted as all other files. */
export const formattedSettings = async (): Promise<string> =>
  format(settingsPage(), { ...(await resolveConfig(SETTINGS_FILE)), parser: 'markdown' });

/** `npm run docs`: writes the pages that are made from code. */
export async function docs(): Promise<number> {
  writeFileSync(SETTINGS_FILE, await formattedSettings());
  process.stdout.write('Written: docs/settings.md\n');
  return 0;
}
