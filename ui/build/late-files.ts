import { join } from 'node:path';
import type { Plugin } from 'vite';

const LOAD = join(import.meta.dirname, '..', 'src', 'load-files.ts');

/**
 * Makes lazily loaded parts use `src/load-files.ts`. Vite's own loader considers a style sheet loaded when the link has
 * failed, so a retried part would be unstyled.
 */
export const lateFiles: Plugin = {
  name: 'tocsin-late-files',
  enforce: 'pre',
  resolveId: (id) => (id === '\0vite/preload-helper.js' ? LOAD : undefined),
};
