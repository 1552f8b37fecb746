import { MAX_BACKLOG_BYTES } from '@tocsin/contracts';
import { bufferedBytes, terminate, type EngineSession } from '../../internals/websocket.ts';

interface Packet {
  data?: unknown;
}

export const sizeOfPacket = ({ data }: Packet): number =>
  typeof data === 'string' || Buffer.isBuffer(data) ? data.length : 0;

/**
 * Closes the session when this process has buffered more than 1 MiB for the peer. Counts the packets that the transport
 * doesn't have yet, and the WebSocket's buffer.
 */
export function boundBacklog(session: EngineSession, onExceeded: (bytes: number) => void): void {
  let queued = 0;
  session.on('packetCreate', (packet: Packet) => {
    queued += sizeOfPacket(packet);
    const bytes = queued + bufferedBytes(session);
    if (bytes <= MAX_BACKLOG_BYTES || session.readyState !== 'open') return;
    terminate(session);
    onExceeded(bytes);
  });
  session.on('flush', () => {
    queued = 0;
  });
}
