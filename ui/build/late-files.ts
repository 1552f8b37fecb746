import { join } from 'node:path';
import type { Plugin } from 'vite';

const LOADER = join(import.meta.dirname, '..', 'src', 'load-files.ts');

/**
 * Makes lazily loaded parts use `src/load-files.ts`. Vite's own loader treats a style sheet that failed to load as
 * loaded, so a part would be unstyled after a retry.
 */
export const lateFiles: Plugin = {
  name: 'tocsin-late-files',
  enforce: 'pre',
  resolveId: (id) => (id === '\0vite/preload-helper.js' ? LOADER : undefined),
};
