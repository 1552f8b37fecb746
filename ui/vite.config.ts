import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { precompressed } from './build/precompressed.ts';

const bff = process.env['BFF_URL'] ?? 'http://localhost:4001';

/** The development server serves the pages under the same URLs as the bff. */
const pageAddresses: Plugin = {
  name: 'tocsin-page-addresses',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      request.url = request.url?.replace(/^\/(ops|demo)(?=\?|$)/, '/$1.html');
      next();
    });
  },
};

/** Modules of the first view, whose files would otherwise be divided by which later part shares them: many compress worse. */
const SHARED = /\/(?:client-vue\/src\/(?:stores|components|messages|format)|client\/src|contracts\/src)\//;
const LATER =
  /\/(?:late-[\w-]+|returned|sound|interrupt|desktop|shortcuts|notice|reader|search|unread|named-icons|quiet-hours)\.ts|\/de\/|\/en\/(?:card|inbox|preferences|quiet)\.ts|NotificationActions|\/client\/src\/rest\/(?:unread|search)/;

export default defineConfig({
  plugins: [vue(), pageAddresses, precompressed],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The bff's strict content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index.html', 'ops.html'].map((page) => resolve(import.meta.dirname, page)),
      output: {
        codeSplitting: { groups: [{ name: 'first', test: (id) => SHARED.test(id) && !LATER.test(id) }] },
      },
    },
  },
  server: {
    proxy: { '/app': bff, '/hubs': { target: bff, ws: true } },
  },
});
