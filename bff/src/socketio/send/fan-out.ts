import { MAX_BACKLOG_BYTES } from '@tocsin/contracts';
import type { Socket } from 'socket.io';
import { frameOf, queueFramed, writeFrame } from '../../internals/websocket.ts';

/** This instance's connections, and the ids of the connections in each room. */
export interface Connections {
  sockets: ReadonlyMap<string, Pick<Socket, 'conn'>>;
  adapter: { rooms: ReadonlyMap<string, ReadonlySet<string>> };
}

/** The socket.io packet type "event": https://socket.io/docs/v4/socket-io-protocol/ */
const EVENT = '2';

/**
 * Sends an event to the connections in a room. `encode` returns the event's name and payload as JSON. `encode` is
 * called only once, and not at all if the room has no members. A WebSocket without a backlog gets the event as one
 * frame in a single write. Polling sessions and sessions with a backlog get the event through engine.io, which keeps
 * the order.
 */
export function fanOut({ sockets, adapter }: Connections, room: string, encode: () => string): void {
  const members = adapter.rooms.get(room);
  if (!members) return;
  const message = `${EVENT}${encode()}`;
  const frame = frameOf(message);
  for (const id of members) {
    const session = sockets.get(id)?.conn;
    if (session && !writeFrame(session, frame, MAX_BACKLOG_BYTES)) queueFramed(session, message, frame);
  }
}
