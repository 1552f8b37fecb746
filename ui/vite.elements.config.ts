import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { firstView } from './build/first-view.ts';
import { precompressed } from './build/precompressed.ts';
import { shadowStyle } from './build/shadow-style.ts';
import { smallElements } from './build/small-elements.ts';
import { smallSocketio } from './build/small-socketio.ts';

/** Modules used only by lazily loaded parts: the settings for messages while the reader is away, and quiet hours. */
const LATE = /\/client\/src\/rest\/channels\.|\/contracts\/src\/inbox\/(?:interrupt|quiet-hours)\./;
const ENTRY = join(import.meta.dirname, '..', 'client-vue', 'src', 'elements', 'script.ts');

/**
 * Bundles `<tocsin-bell>`, `<tocsin-toasts>` and the styles into `elements.js` and the files that it loads. Puts them
 * next to the pages.
 */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  publicDir: false,
  plugins: [smallElements, smallSocketio, vue(), shadowStyle, precompressed],
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: ENTRY,
      preserveEntrySignatures: 'strict',
      output: {
        format: 'es',
        entryFileNames: 'elements.js',
        chunkFileNames: 'assets/[name]-[hash].js',
        codeSplitting: { groups: [firstView(ENTRY, LATE)] },
      },
    },
  },
});
