import type { Socket } from 'socket.io';
import * as ws from 'ws';

/**
 * Accesses socket.io internals that have no public API: to send the same frame to many sessions without encoding it for
 * each, to read the number of bytes buffered in a WebSocket, and to release requests that engine.io and socket.io would
 * otherwise retain (3.8 KiB per connection). If `websocket.test.ts` fails after an update, check engine.io's
 * `server.js`, `socket.js` and `transports/websocket.js`, socket.io's `socket.js`, and ws's `lib/sender.js`. As a last
 * resort, `fan-out.ts` can call `session.write(message)` instead, which is slower but otherwise equivalent.
 */

/** The engine.io session under a socket.io connection. */
export type EngineSession = Socket['conn'];

/**
 * Releases the request after an upgrade. Otherwise, engine.io's response object would retain the request and all
 * headers as long as the WebSocket lives.
 */
export function releaseUpgradeRequest(response: object): void {
  Object.assign(response, { req: undefined });
}

/**
 * Releases a session's first request, and the handshake's headers, query and token. Otherwise, socket.io would keep
 * them in memory while the connection is open: https://socket.io/docs/v4/memory-usage/
 */
export function releaseHandshake({ conn, handshake }: Pick<Socket, 'conn' | 'handshake'>): void {
  Object.assign(conn, { request: null });
  Object.assign(handshake, { headers: {}, query: {}, auth: {} });
}

interface FrameOptions {
  fin: boolean;
  opcode: number;
  mask: boolean;
  readOnly: boolean;
  rsv1: boolean;
}

const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] };
};

const OPEN = 1;
const TEXT = 1;
/** The engine.io packet type "message": https://socket.io/docs/v4/engine-io-protocol/ */
const MESSAGE = '4';

/** Returns the WebSocket frame for an engine.io message, as one buffer so that a single write can send it. */
export const frameOf = (message: string): Buffer =>
  Buffer.concat(
    Sender.frame(Buffer.from(MESSAGE + message), {
      ...{ fin: true, opcode: TEXT, mask: false, readOnly: true, rsv1: false },
    }),
  );

/**
 * Writes a frame directly to the session's WebSocket. Returns false without writing if engine.io must send the message:
 * when the session is polling, upgrading or has queued packets, or more than `maxBuffered` bytes would be buffered.
 */
export function writeFrame(session: EngineSession, frame: Buffer, maxBuffered: number): boolean {
  const socket = webSocketOf(session);
  if (!socket || socket.readyState !== OPEN || session.readyState !== 'open') return false;
  const { writeBuffer } = session as unknown as { writeBuffer: readonly unknown[] };
  if (!session.transport.writable || writeBuffer.length > 0) return false;
  if (socket.bufferedAmount + frame.length > maxBuffered) return false;
  socket._sender.sendFrame([frame]);
  return true;
}

/** Queues a message in engine.io along with the encoded WebSocket frame. */
export const queueFramed = (session: EngineSession, message: string, frame: Buffer): void => {
  session.write(message, { wsPreEncodedFrame: [frame] } as object);
};

/** Bytes buffered in the session's WebSocket; 0 while polling. */
export const bufferedBytes = (session: EngineSession): number => webSocketOf(session)?.bufferedAmount ?? 0;

/** Ends a session immediately. Doesn't wait for the peer to read, poll or answer. */
export function terminate(session: EngineSession): void {
  const socket = webSocketOf(session);
  session.close(true);
  terminateWebSocket(socket);
}

/** Transports over which a client has sent a probe. */
const probed = new WeakSet<object>();

/**
 * Ends a WebSocket that sends a second probe before the session has upgraded to it. engine.io answers every probe, and
 * unread answers don't count toward any limit. Real clients only probe once.
 */
export function endAtSecondProbe(session: EngineSession): void {
  session.on('upgrading', onProbe);
}

/** Shared by all sessions so that they don't each need a listener. */
function onProbe(transport: EngineSession['transport']): void {
  if (probed.has(transport)) terminateWebSocket(webSocketOf({ transport }));
  probed.add(transport);
}

function terminateWebSocket(socket: InnerWebSocket | undefined): void {
  if (socket) Reflect.apply(socket.terminate, socket, []);
}

interface InnerWebSocket {
  readyState: number;
  bufferedAmount: number;
  /** ws's sender, which engine.io also uses for encoded frames. */
  _sender: { sendFrame: (frame: readonly Buffer[]) => void };
  terminate: () => void;
}

function webSocketOf({ transport }: Pick<EngineSession, 'transport'>): InnerWebSocket | undefined {
  const socket: unknown = Reflect.get(transport, 'socket');
  if (!socket || typeof socket !== 'object' || !('terminate' in socket)) return undefined;
  return socket as InnerWebSocket;
}
