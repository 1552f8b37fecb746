import type { ClientToServerEvents, ServerToClientEvents } from '@tocsin/contracts';
import { SOCKET_PATH } from '@tocsin/contracts';
import { io, type Socket } from 'socket.io-client';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';

export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** Creates a socket without connecting it. If `getToken` rejects, calls `tokenFailed` and stays disconnected. */
export function createSocket(
  options: NotificationClientOptions,
  tokenFailed: (socket: ClientSocket, reason: unknown) => void,
): ClientSocket {
  const { url, path = SOCKET_PATH, clientId, getToken, transports = ['websocket', 'polling'] } = options;
  let calls = 0;
  const socket: ClientSocket = io(url || undefined, {
    path,
    forceNew: true,
    autoConnect: false,
    transports: [...transports],
    tryAllTransports: true,
    // With `negotiate`, each connection needs a new target, so socket.io must not reconnect automatically.
    reconnection: !options.negotiate,
    reconnectionDelay: TIMING.reconnectMin,
    reconnectionDelayMax: TIMING.reconnectMax,
    randomizationFactor: 0.5,
    auth: (send) => {
      const identity = clientId === undefined ? {} : { clientId };
      if (!getToken) return send(identity);
      const call = ++calls;
      Promise.resolve()
        .then(getToken)
        .then(
          // Ignore the token if the transport was replaced while `getToken` was pending: the new transport asks for a
          // token again, and the server closes a connection that sends a second connect packet.
          (token) => call === calls && send(token === undefined ? identity : { ...identity, token }),
          (reason: unknown) => call === calls && tokenFailed(socket, reason),
        );
    },
  });
  return socket;
}
