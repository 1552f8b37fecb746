import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Most requests of one connection under way at a time. Browsers and proxies wait for each answer, but their next request
 * may arrive before this server knows that the answer was sent. With pages of 256 KB, at most 1 MiB waits for one
 * connection.
 */
export const MAX_REQUESTS_UNDER_WAY = 4;

/**
 * Wraps `app` for servers that untrusted clients reach. Destroys a connection that sends too many requests without
 * reading the answers. Node stops reading only when answers wait, and by then has accepted all pipelined requests.
 */
export function boundPipelining(app: RequestListener): RequestListener {
  const underWay = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (underWay.get(socket) ?? 0) + 1;
    // Also ignore requests that arrived together with the one that exceeded the limit.
    if (count > MAX_REQUESTS_UNDER_WAY || socket.destroyed) {
      socket.destroy();
      return;
    }
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    app(request, response);
  };
}
