import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const bff = process.env['BFF_URL'] ?? 'http://localhost:4001';

export default defineConfig({
  plugins: [vue()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The strict content security policy of the bff allows no data: addresses.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { '/app': bff, '/hubs': { target: bff, ws: true } },
  },
});
