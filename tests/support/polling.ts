import { io, type Socket } from 'socket.io-client';

/**
 * A client that polls and never changes to a WebSocket. With `keepsCookies` it sends back the cookies that it is given,
 * as a browser does.
 */
export function pollingClient(url: string, keepsCookies: boolean): Socket {
  return io(url, {
    path: '/hubs',
    transports: ['polling'],
    withCredentials: keepsCookies,
    forceNew: true,
    reconnection: false,
  });
}

/** How it came to its end: `disconnected: transport error`, say; or `still connected` when it has received `count` events. */
export const received = (socket: Socket, count: number): Promise<string> =>
  new Promise((resolve) => {
    let events = 0;
    socket.on('connect_error', (error) => resolve(`not connected: ${error.message}`));
    socket.on('disconnect', (reason) => resolve(`disconnected: ${reason}`));
    socket.on('publications', () => {
      if (++events === count) resolve('still connected');
    });
    socket.on('connect', () => socket.emit('subscribe', { feed: 'all' }, () => undefined));
  });
