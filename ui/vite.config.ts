import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { constants } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';

const bff = process.env['BFF_URL'] ?? 'http://localhost:4001';

/** The development server finds the pages under the addresses that they have at the bff. */
const pageAddresses: Plugin = {
  name: 'tocsin-page-addresses',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      request.url = request.url?.replace(/^\/(ops|demo)(?=\?|$)/, '/$1.html');
      next();
    });
  },
};

/** Each text asset again as .br and .gz, made once by the build, so that serving it costs no CPU. */
const precompressed = compression({
  include: /\.(?:js|css|html|svg|json|webmanifest)$/,
  threshold: 512,
  algorithms: [
    defineAlgorithm('gzip', { level: constants.Z_BEST_COMPRESSION }),
    defineAlgorithm('brotliCompress', {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    }),
  ],
});

export default defineConfig({
  plugins: [vue(), pageAddresses, precompressed],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The strict content security policy of the bff allows no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['index.html', 'ops.html'].map((page) => resolve(import.meta.dirname, page)) },
  },
  server: {
    proxy: { '/app': bff, '/hubs': { target: bff, ws: true } },
  },
});
