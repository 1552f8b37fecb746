import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';

/** How long a closed WebSocket waits for its peer. ws would wait 30 s, in which no limit counts the connection. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The WebSocket server for engine.io. A peer that sends pings but reads nothing gets no pongs while data waits for it,
 * because pongs would fill the memory. RFC 6455 allows answering only the latest of several pings:
 * https://datatracker.ietf.org/doc/html/rfc6455#section-5.5.3
 */
export class BoundedPongServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    // The types of ws lack `closeTimeout`.
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

/** On its own, because a listener that can reach the request would keep it as long as the connection is open. */
function answerPings(webSocket: WebSocket): void {
  webSocket.on('ping', (data) => {
    if (webSocket.bufferedAmount === 0) webSocket.pong(data);
  });
}
