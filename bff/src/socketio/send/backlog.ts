import { MAX_BACKLOG_BYTES } from '@tocsin/contracts';
import type { Socket } from 'socket.io';

/** A session of engine.io, under socket.io. */
export type EngineSession = Socket['conn'];

interface Packet {
  data?: unknown;
}

export const sizeOfPacket = ({ data }: Packet): number =>
  typeof data === 'string' || Buffer.isBuffer(data) ? data.length : 0;

/**
 * Closes the session with the packet that would make its backlog exceed 1 MiB, so that no burst passes the
 * limit and other clients lose nothing. The backlog consists of packets that the transport has not taken yet,
 * and the WebSocket's buffer while its TCP connection is blocked.
 */
export function boundBacklog(session: EngineSession, onExceeded: (bytes: number) => void): void {
  let queued = 0;
  session.on('packetCreate', (packet: Packet) => {
    queued += sizeOfPacket(packet);
    const bytes = queued + bufferedBy(session);
    if (bytes <= MAX_BACKLOG_BYTES || session.readyState !== 'open') return;
    breakOff(session);
    onExceeded(bytes);
  });
  session.on('flush', () => {
    queued = 0;
  });
}

/**
 * Writes a frame to the session's WebSocket, bypassing engine.io. Returns false and writes nothing if only
 * engine.io can keep the order or the limit: the session polls, is about to upgrade, has packets waiting, or
 * would exceed its backlog.
 */
export function sendFrame(session: EngineSession, frame: Buffer): boolean {
  const socket = webSocketOf(session);
  if (!socket || socket.readyState !== OPEN || session.readyState !== 'open') return false;
  const { writeBuffer } = session as unknown as { writeBuffer: readonly unknown[] };
  if (!session.transport.writable || writeBuffer.length > 0) return false;
  if (socket.bufferedAmount + frame.length > MAX_BACKLOG_BYTES) return false;
  socket._sender.sendFrame([frame]);
  return true;
}

/** Ends a session without waiting for its peer to read, poll or answer. */
export function breakOff(session: EngineSession): void {
  const socket = webSocketOf(session);
  session.close(true);
  if (socket) Reflect.apply(socket.terminate, socket, []);
}

const bufferedBy = (session: EngineSession): number => webSocketOf(session)?.bufferedAmount ?? 0;

const OPEN = 1;

interface WebSocketInside {
  readyState: number;
  bufferedAmount: number;
  /** engine.io sends pre-framed data in this way too. */
  _sender: { sendFrame: (frame: readonly Buffer[]) => void };
  terminate: () => void;
}

/** The WebSocket of a session, which engine.io's types hide; none while it polls. */
function webSocketOf({ transport }: EngineSession): WebSocketInside | undefined {
  const socket: unknown = Reflect.get(transport, 'socket');
  if (!socket || typeof socket !== 'object' || !('terminate' in socket)) return undefined;
  return socket as WebSocketInside;
}
