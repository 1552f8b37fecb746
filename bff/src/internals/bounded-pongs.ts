import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';

/**
 * How long a closing WebSocket waits for its peer. The default in ws is 30 s, during which no limit counts the
 * connection.
 */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The WebSocket server for engine.io. Doesn't send pongs to peers with unread data, since a peer that sends pings
 * without reading would fill up memory. RFC 6455 allows responding only to the most recent ping:
 * https://datatracker.ietf.org/doc/html/rfc6455#section-5.5.3
 */
export class BoundedPongServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    // Missing in the type definitions of ws.
    const limits: ServerOptions & { closeTimeout: number } = {
      autoPong: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    super({ ...options, ...limits });
  }

  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (webSocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      answerPings(webSocket);
      callback(webSocket, request);
    });
  }
}

/** A separate function because a listener with the request in scope would retain it while the connection is open. */
function answerPings(webSocket: WebSocket): void {
  webSocket.on('ping', (data) => {
    if (webSocket.bufferedAmount === 0) webSocket.pong(data);
  });
}
