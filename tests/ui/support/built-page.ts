import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

let built: Promise<string> | undefined;

async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'tocsin-ui-'));
  const root = join(import.meta.dirname, '../../../ui');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir } });
  return outDir;
}

/**
 * Builds the page once for this process. Other processes might be building `ui/dist` at the same time, so this uses a
 * separate folder.
 */
export const builtPage = (): Promise<string> => (built ??= buildPage());

export async function removeBuiltPage(): Promise<void> {
  if (built) await rm(await built, { recursive: true, force: true });
  built = undefined;
}
