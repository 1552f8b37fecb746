import { READY, type Protocol } from './protocol.ts';

/** A bare WebSocket: the client says `subscribe`, the server `ok`, and whatever else it sends is a message. */
export const plainProtocol: Protocol = {
  name: 'plain',
  path: '/',
  begin: () => ({
    hello: 'subscribe',
    take: (message) => (message.length === 2 ? READY : undefined),
    position: () => undefined,
  }),
};
