import type { Plugin } from 'vite';

const PREFIX = '\0tocsin-small-socketio:';

/** Replacements for socket.io modules that the client doesn't need, keyed by package and import. */
const REPLACEMENTS: Record<string, string> = {
  // A transport that the client doesn't use.
  'engine.io-client ./webtransport.js': 'export const WT = undefined;',
  // All events are JSON. The bff never sends a binary event, which would end the connection.
  'socket.io-parser ./is-binary.js':
    'export const isBinary = () => false; export const hasBinary = isBinary;',
  'socket.io-parser ./binary.js':
    'export const reconstructPacket = () => { throw new Error("binary"); }; export const deconstructPacket = reconstructPacket;',
};

/** Leaves out parts of socket.io, which saves about 2 kB. */
export const smallSocketio: Plugin = {
  name: 'tocsin-small-socketio',
  enforce: 'pre',
  resolveId(id, importer) {
    const name = Object.keys(REPLACEMENTS).find((key) => {
      const [from = '', path] = key.split(' ');
      return path === id && importer?.includes(`/${from}/`);
    });
    return name && PREFIX + name;
  },
  load: (id) => (id.startsWith(PREFIX) ? REPLACEMENTS[id.slice(PREFIX.length)] : undefined),
};
