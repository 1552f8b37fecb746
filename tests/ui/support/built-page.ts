import { join } from 'node:path';
import { build } from 'vite';
import { inject } from 'vitest';

let built: Promise<string> | undefined;

async function buildPage(): Promise<string> {
  const outDir = join(inject('temporaryFolder'), `ui-${process.pid}`);
  const root = join(import.meta.dirname, '../../../ui');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir } });
  return outDir;
}

/**
 * Builds the page once for all test files in this process. Other processes might be building `ui/dist` at the same
 * time, so this uses a separate folder.
 */
export function builtPage(): Promise<string> {
  built ??= buildPage().catch((error: unknown) => {
    built = undefined;
    throw error;
  });
  return built;
}
