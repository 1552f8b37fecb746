import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { inlineStyle } from './build/inline-style.ts';
import { precompressed } from './build/precompressed.ts';

/** Bundles `<tocsin-bell>` and `<tocsin-toasts>` with their style, beside the pages, into `elements.js` and what it loads. */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  publicDir: false,
  plugins: [vue(), inlineStyle, precompressed],
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: false,
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: {
      input: join(import.meta.dirname, '..', 'client-vue', 'src', 'elements', 'script.ts'),
      preserveEntrySignatures: 'strict',
      output: {
        format: 'es',
        entryFileNames: 'elements.js',
        chunkFileNames: 'assets/[name]-[hash].js',
      },
    },
  },
});
