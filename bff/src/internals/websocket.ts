import type { Socket } from 'socket.io';
import * as ws from 'ws';

/**
 * Reaches into internals for which socket.io has no public API: to send one frame to many sessions without encoding it
 * for each, to read how many bytes a WebSocket has buffered, and to release the requests that engine.io and socket.io
 * would otherwise retain (3.8 KiB per connection). If `websocket.test.ts` fails after an update, check engine.io's
 * `server.js`, `socket.js` and `transports/websocket.js`, socket.io's `socket.js`, and ws's `lib/sender.js`. If need be,
 * `fan-out.ts` can call `session.write(message)` instead: slower, with the same result.
 */

/** The engine.io session under a socket.io connection. */
export type EngineSession = Socket['conn'];

/**
 * Releases the request of a finished upgrade. engine.io's response to it, which lives as long as the WebSocket, would
 * keep the request with all its headers.
 */
export function releaseUpgradeRequest(response: object): void {
  Object.assign(response, { req: undefined });
}

/**
 * Releases the first request of a session, and the headers, query and token of its handshake. socket.io would keep them
 * for as long as the connection is open: https://socket.io/docs/v4/memory-usage/
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
/** The packet type "message" of engine.io's protocol: https://socket.io/docs/v4/engine-io-protocol/ */
const MESSAGE = '4';

/** The WebSocket frame of an engine.io message, in one piece, so that it can be sent with one write. */
export const frameOf = (message: string): Buffer =>
  Buffer.concat(
    Sender.frame(Buffer.from(MESSAGE + message), {
      ...{ fin: true, opcode: TEXT, mask: false, readOnly: true, rsv1: false },
    }),
  );

/**
 * Writes a frame directly to the session's WebSocket. Returns false and writes nothing if engine.io must send the
 * message: the session polls, changes its transport or has queued packets, or more than `maxBuffered` bytes would be
 * buffered.
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

/** Queues a message in engine.io, with the encoded frame for a WebSocket. */
export const queueFramed = (session: EngineSession, message: string, frame: Buffer): void => {
  session.write(message, { wsPreEncodedFrame: [frame] } as object);
};

/** Bytes buffered in the session's WebSocket; 0 while the session polls. */
export const bufferedBytes = (session: EngineSession): number => webSocketOf(session)?.bufferedAmount ?? 0;

/** Ends a session at once, without waiting for its peer to read, poll or answer. */
export function terminate(session: EngineSession): void {
  const socket = webSocketOf(session);
  session.close(true);
  if (socket) Reflect.apply(socket.terminate, socket, []);
}

interface InnerWebSocket {
  readyState: number;
  bufferedAmount: number;
  /** The sender of ws, which engine.io also uses for encoded frames. */
  _sender: { sendFrame: (frame: readonly Buffer[]) => void };
  terminate: () => void;
}

function webSocketOf({ transport }: EngineSession): InnerWebSocket | undefined {
  const socket: unknown = Reflect.get(transport, 'socket');
  if (!socket || typeof socket !== 'object' || !('terminate' in socket)) return undefined;
  return socket as InnerWebSocket;
}
