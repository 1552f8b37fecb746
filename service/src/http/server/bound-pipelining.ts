import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Maximum number of requests in progress on one connection. Browsers and proxies wait for each response, but their next
 * request may arrive before this server knows that the response was sent. With pages of 256 KB, at most 1 MiB of
 * responses waits for one connection.
 */
export const MAX_REQUESTS_IN_PROGRESS = 4;

/**
 * Wraps `app` for servers that untrusted clients can reach. Destroys a connection that sends too many requests without
 * reading the responses. Node stops reading only while responses are waiting, and by then has accepted all pipelined
 * requests.
 */
export function boundPipelining(app: RequestListener): RequestListener {
  const inProgress = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (inProgress.get(socket) ?? 0) + 1;
    // Also ignore requests that arrived together with the one that exceeded the limit.
    if (count > MAX_REQUESTS_IN_PROGRESS || socket.destroyed) {
      socket.destroy();
      return;
    }
    inProgress.set(socket, count);
    response.once('close', () => inProgress.set(socket, (inProgress.get(socket) ?? 1) - 1));
    app(request, response);
  };
}
