import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests of one connection that may be under way at a time. Browsers and proxies wait for each answer, of which the
 * end may not be known here yet when the next request comes. With pages of 256 KB no more than 1 MiB waits for one
 * connection.
 */
export const MAX_REQUESTS_UNDER_WAY = 4;

/**
 * `app`, for servers that strangers reach: a connection that asks for more before it has read what it asked for is
 * broken off. Node stops reading only when answers wait, and by then it has taken all requests that came together.
 */
export function boundPipelining(app: RequestListener): RequestListener {
  const underWay = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (underWay.get(socket) ?? 0) + 1;
    // What came together with the request that broke it off is not begun either.
    if (count > MAX_REQUESTS_UNDER_WAY || socket.destroyed) {
      socket.destroy();
      return;
    }
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    app(request, response);
  };
}
