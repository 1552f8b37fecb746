import { io } from 'socket.io-client';

/**
 * Runs a polling-only client and returns the outcome: `still connected` after receiving `count` events from the feed
 * `all`, or else a reason like `disconnected: transport error`. With `keepsCookies`, it sends cookies back like a
 * browser.
 */
export async function pollFor(count: number, url: string, keepsCookies: boolean): Promise<string> {
  const socket = io(url, {
    path: '/hubs',
    transports: ['polling'],
    withCredentials: keepsCookies,
    forceNew: true,
    reconnection: false,
  });
  try {
    return await new Promise((resolve) => {
      let events = 0;
      socket.on('connect_error', (error) => resolve(`not connected: ${error.message}`));
      socket.on('disconnect', (reason) => resolve(`disconnected: ${reason}`));
      socket.on('publications', () => {
        if (++events === count) resolve('still connected');
      });
      socket.on('connect', () => socket.emit('subscribe', { feed: 'all' }, () => undefined));
    });
  } finally {
    socket.close();
  }
}
