import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Maximum number of requests of one connection in progress. Browsers and proxies wait for each answer, but their next
 * request may arrive before this server knows that the answer was sent. With pages of 256 KB, at most 1 MiB of
 * answers waits for one connection.
 */
export const MAX_REQUESTS_UNDER_WAY = 4;

/**
 * Wraps `app` for servers that untrusted clients can reach. Destroys a connection that sends too many requests
 * without reading the answers. Node stops reading only when answers are waiting, and has accepted all pipelined
 * requests by then.
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
