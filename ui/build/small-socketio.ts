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
  // Packets are text in protocol version 4 of engine.io: the type's number, then the data. socket.io closes the
  // connection after a message that isn't text.
  'engine.io-parser ./encodePacket.js': `
    const TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
    export const encodePacket = ({ type, data }, _, callback) => callback(TYPES.indexOf(type) + (data || ''));
    export const encodePacketToBinary = undefined;`,
  // The URL parser for browsers without `URL`. socket.io passes it only absolute URLs.
  'engine.io-client ./contrib/parseuri.js': `
    export const parse = (source) => {
      const { protocol, hostname, port, pathname, search, searchParams } = new URL(source);
      return {
        source, port, path: pathname, query: search.slice(1), queryKey: Object.fromEntries(searchParams),
        protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ''),
      };
    };`,
  'engine.io-parser ./contrib/base64-arraybuffer.js': 'export const decode = () => new ArrayBuffer(0);',
};

/** Leaves out parts of socket.io, which saves about 3 kB. */
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
