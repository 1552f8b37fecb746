import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Maximum number of requests in progress per connection. Browsers and proxies wait for each response. They may send the
 * next request before this server knows that the response was sent, so the limit must be above 1. If each response is a
 * page of publications with 256 KB, at most 1 MiB is queued per connection.
 */
export const MAX_REQUESTS_IN_PROGRESS = 4;

/**
 * Wraps `app` for servers that untrusted clients can reach. Destroys connections that send too many requests without
 * reading the responses. Node itself stops reading only once responses have queued up, and by then it has accepted the
 * pipelined requests. When a connection closes, also closes its queued responses, so that their handlers release
 * resources. Node itself doesn't do that.
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
    // Also ignore requests that arrived in the same chunk as the request that exceeded the limit.
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
