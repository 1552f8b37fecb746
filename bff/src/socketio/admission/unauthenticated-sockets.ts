import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { groupOf } from './client-address.ts';
import { WaitingRoom } from './waiting-room.ts';

/**
 * Limits TCP connections without a signed-in reader so that they never take a reader's slot. These connections are
 * silent or half-open, belong to pages or probes, or are idle between requests.
 */
export class UnauthenticatedSockets {
  readonly #room: WaitingRoom<Socket>;
  readonly #refuse: (socket: Socket) => void;

  constructor(options: { slots: number; now: () => number; onRefused: () => void }) {
    const { slots, now, onRefused } = options;
    this.#refuse = (socket) => {
      socket.destroy();
      onRefused();
    };
    this.#room = new WaitingRoom({ slots, perGroup: slots, evict: this.#refuse, now });
  }

  watch(server: Server): void {
    server.on('connection', (socket) => {
      socket.once('close', () => this.#room.leave(socket));
      this.#enter(socket);
    });
    server.prependListener('request', ({ socket }, response) => {
      response.once('close', () => this.#enter(socket));
    });
  }

  /**
   * Call when the connection carries a reader's session or a request in a session. The connection isn't counted again
   * until that request has been answered.
   */
  markAuthenticated(socket: Socket): void {
    this.#room.leave(socket);
  }

  /**
   * Counts the connection. There is no per-address limit since a proxy carries many readers' connections. If no slot is
   * free, the address with the most connections loses a connection.
   */
  #enter(socket: Socket): void {
    if (socket.destroyed) return;
    if (!this.#room.enter(socket, groupOf(socket.remoteAddress), true)) this.#refuse(socket);
  }
}
