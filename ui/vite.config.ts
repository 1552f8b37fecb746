import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { lateFiles } from './build/late-files.ts';
import { precompressed } from './build/precompressed.ts';
import { smallSocketio } from './build/small-socketio.ts';

const bff = process.env['BFF_URL'] ?? 'http://localhost:4001';

/** The development server uses the same URLs for the pages as the bff. */
const pageAddresses: Plugin = {
  name: 'tocsin-page-addresses',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      request.url = request.url?.replace(/^\/(ops|demo)(?=\?|$)/, '/$1.html');
      next();
    });
  },
};

/** Strips comments, which are meant for developers, from the pages. */
const withoutComments: Plugin = {
  name: 'tocsin-without-comments',
  apply: 'build',
  transformIndexHtml: (html) => html.replaceAll(/<!--.*?-->/gs, ''),
};

/**
 * The first view's modules, bundled into a single file. Otherwise, the bundler would create many small files, one for
 * each set of lazily loaded parts that share modules with the first view. Small files compress worse.
 */
const FIRST_VIEW =
  /\/(?:client-vue\/src\/(?:stores\/|components\/|messages\/|format\/|inbox\/row\/(?:Row|use-|row)|inbox\/NotificationRow|active-element)|client\/src\/)/;
const LATE_MODULES = new RegExp(
  [
    'stores/late-parts',
    'stores/reader/(?:returned|sound|preference-changes|old-mutes|interrupt|desktop|shortcuts|notice|reader)',
    'components/(?:IconButton|NotificationActions|SeverityIcon|named-icons)',
    'inbox/row/RowButtons',
    'inbox/row/RowMenu',
    'feeds/(?:filter|older)\\.',
    'messages/(?:de/|en/(?:card|away|inbox|preferences|quiet|spoken|toasts)\\.)',
    'rest/(?:channels|mutes|search|unread)\\.',
  ].join('|'),
);

export default defineConfig({
  plugins: [lateFiles, vue(), pageAddresses, smallSocketio, withoutComments, precompressed],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The bff's strict content security policy doesn't allow data: URLs.
    assetsInlineLimit: 0,
    // All browsers in this target support module preload natively.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'ops.html'].map((page) => resolve(import.meta.dirname, page)),
      output: {
        codeSplitting: {
          groups: [{ name: 'first', test: (id) => FIRST_VIEW.test(id) && !LATE_MODULES.test(id) }],
        },
      },
    },
  },
  server: {
    proxy: { '/app': bff, '/hubs': { target: bff, ws: true } },
  },
});
