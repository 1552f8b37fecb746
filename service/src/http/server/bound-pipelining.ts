import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Maximum number of requests in progress on one connection. Browsers and proxies wait for each response, but may send
 * the next request before this server knows that the response was sent. With pages of 256 KB, at most 1 MiB of
 * responses waits for one connection.
 */
export const MAX_REQUESTS_IN_PROGRESS = 4;

/**
 * Wraps `app` for servers that untrusted clients can reach. Destroys connections that send too many requests without
 * reading the responses. Node stops reading only while responses are waiting, and by then has accepted all pipelined
 * requests. When a connection closes, closes all of its responses so that handlers release what the requests hold. Node
 * itself doesn't close responses that are waiting for an earlier one.
 */
export function boundPipelining(app: RequestListener): RequestListener {
  const inProgress = new WeakMap<Socket, Set<ServerResponse>>();
  const responsesOf = (socket: Socket): Set<ServerResponse> => {
    const known = inProgress.get(socket);
    if (known) return known;
    const responses = new Set<ServerResponse>();
    inProgress.set(socket, responses);
    // Wait until Node itself has closed the first response.
    socket.once('close', () => setImmediate(() => responses.forEach(close)));
    return responses;
  };
  return (request, response) => {
    const { socket } = request;
    const responses = responsesOf(socket);
    // Also ignore requests that arrived together with the one that exceeded the limit.
    if (responses.size >= MAX_REQUESTS_IN_PROGRESS || socket.destroyed) {
      socket.destroy();
      return;
    }
    responses.add(response);
    response.once('close', () => responses.delete(response));
    app(request, response);
  };
}

function close(response: ServerResponse): void {
  response.destroy();
  response.emit('close');
}
