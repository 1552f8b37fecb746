import { join } from 'node:path';
import type { Plugin } from 'vite';

const SMALL_STORE = join(import.meta.dirname, '..', '..', 'client-vue', 'src', 'elements', 'define-store.ts');
const PRELOAD = '\0vite/preload-helper.js';

/** Modules that the custom elements do without, which saves about 5 kB of 70 kB. */
export const smallElements: Plugin = {
  name: 'tocsin-small-elements',
  enforce: 'pre',
  resolveId(id) {
    // Nothing shows the elements' stores, so they need no pinia.
    if (id.endsWith('/define-store.ts')) return SMALL_STORE;
    return undefined;
  },
  load(id) {
    // It waits for the style sheets of late parts, which the elements do not have.
    if (id === PRELOAD) return 'export const __vitePreload = (load) => load();';
    return undefined;
  },
};
