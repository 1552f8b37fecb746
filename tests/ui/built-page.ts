import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

let built: Promise<string> | undefined;

async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'tocsin-ui-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  const root = join(import.meta.dirname, '../../ui');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir } });
  return outDir;
}

/** Builds the page once for this process, into a folder of its own: others may build `ui/dist` at the same time. */
export const builtPage = (): Promise<string> => (built ??= buildPage());
