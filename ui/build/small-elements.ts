import { join } from 'node:path';
import type { Plugin } from 'vite';

const SMALL_STORE = join(import.meta.dirname, '..', '..', 'client-vue', 'src', 'elements', 'define-store.ts');
const PRELOAD = '\0vite/preload-helper.js';

/** Replaces modules that the custom elements don't need, which saves about 5 kB of 70 kB. */
export const smallElements: Plugin = {
  name: 'tocsin-small-elements',
  enforce: 'pre',
  resolveId(id) {
    // The elements' stores aren't shown in devtools, so they don't need pinia.
    if (id.endsWith('/define-store.ts')) return SMALL_STORE;
    return undefined;
  },
  load(id) {
    // The helper waits for the style sheets of lazily loaded parts. The elements have none.
    if (id === PRELOAD) return 'export const __vitePreload = (load) => load();';
    return undefined;
  },
};
