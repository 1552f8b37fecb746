import type { Logger } from '@tocsin/service';
import type { Server } from 'socket.io';

/** A connection that has this many bytes waiting is closed; its client recovers by position. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Bytes that wait in this process for a connection that does not read. */
function backlogOf(connection: { writeBuffer: { data?: unknown }[]; transport: unknown }): number {
  let bytes = 0;
  for (const { data } of connection.writeBuffer) {
    if (typeof data === 'string' || Buffer.isBuffer(data)) bytes += data.length;
  }
  const socket: unknown = Reflect.get(connection.transport as object, 'socket');
  const buffered: unknown = socket && typeof socket === 'object' ? Reflect.get(socket, 'bufferedAmount') : 0;
  return bytes + (typeof buffered === 'number' ? buffered : 0);
}

/** Closes the connections that are more than 1 MiB behind, so that they cost the others nothing. */
export function closeSlowConnections(io: Server, log: Logger): void {
  for (const socket of io.of('/').sockets.values()) {
    const bytes = backlogOf(socket.conn as unknown as Parameters<typeof backlogOf>[0]);
    if (bytes <= MAX_BACKLOG_BYTES) continue;
    log.info({ socket: socket.id, bytes }, 'a connection does not read and is closed');
    terminate(socket.conn.transport);
    socket.disconnect(true);
  }
}

/** Ends the transport without waiting for what it could not send. */
function terminate(transport: object): void {
  const socket: unknown = Reflect.get(transport, 'socket');
  if (!socket || typeof socket !== 'object') return;
  const end: unknown = Reflect.get(socket, 'terminate');
  if (typeof end === 'function') Reflect.apply(end, socket, []);
}
