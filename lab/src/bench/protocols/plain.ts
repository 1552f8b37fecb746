import { READY, type Protocol } from './protocol.ts';

/** A plain WebSocket: the client sends `subscribe`, the server answers `ok`, then sends messages. */
export const plainProtocol: Protocol = {
  name: 'plain',
  path: '/',
  begin: () => ({
    hello: 'subscribe',
    take: (message) => (message.length === 2 ? READY : undefined),
    position: () => undefined,
  }),
};
