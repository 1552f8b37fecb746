import { join } from 'node:path';
import type { Plugin } from 'vite';

const LOAD = join(import.meta.dirname, '..', 'src', 'load-files.ts');

/**
 * Loads late parts with `src/load-files.ts`. Vite's own loader takes the link of a style sheet that once failed for a
 * loaded style, so a part that is tried again would stay without it.
 */
export const lateFiles: Plugin = {
  name: 'tocsin-late-files',
  enforce: 'pre',
  resolveId: (id) => (id === '\0vite/preload-helper.js' ? LOAD : undefined),
};
