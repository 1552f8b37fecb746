import type { Plugin } from 'vite';

const EMPTY = '\0tocsin-no-webtransport';

/** Removes a socket.io transport that the client doesn't use, which saves 1 kB. */
export const withoutWebTransport: Plugin = {
  name: 'tocsin-without-webtransport',
  enforce: 'pre',
  resolveId: (id, importer) =>
    id === './webtransport.js' && importer?.includes('engine.io-client') ? EMPTY : undefined,
  load: (id) => (id === EMPTY ? 'export const WT = undefined;' : undefined),
};
