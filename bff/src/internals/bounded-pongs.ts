import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';

/**
 * Time that a closing WebSocket waits for the peer. The default in ws is 30 s, during which the connection doesn't
 * count toward any limit.
 */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The WebSocket server for engine.io. Buffers at most one pong per peer, since a peer that sends pings without reading
 * would otherwise fill up memory. RFC 6455 allows responding only to the most recent ping:
 * https://datatracker.ietf.org/doc/html/rfc6455#section-5.5.3
 */
export class BoundedPongServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    // The type definitions of ws lack `closeTimeout`.
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
      webSocket.on('ping', answerPing);
      callback(webSocket, request);
    });
  }
}

/** The WebSockets with a buffered pong, and for each the data of the latest ping that has arrived since. */
const buffered = new WeakMap<WebSocket, Buffer | undefined>();

/**
 * Shared by all connections. A listener with the request in scope would keep the request in memory while the connection
 * is open.
 */
function answerPing(this: WebSocket, data: Buffer): void {
  if (buffered.has(this)) buffered.set(this, data);
  else sendPong(this, data);
}

function sendPong(webSocket: WebSocket, data: Buffer): void {
  buffered.set(webSocket, undefined);
  webSocket.pong(data, false, (error?: Error | null) => {
    const latest = buffered.get(webSocket);
    if (latest && !error) sendPong(webSocket, latest);
    else buffered.delete(webSocket);
  });
}
