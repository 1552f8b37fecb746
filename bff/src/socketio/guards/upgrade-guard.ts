import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { endWithProblem } from '@tocsin/service';

/**
 * Refuses upgrades on paths other than `path`, or all upgrades if there is no `path`. Without this, Node would never
 * answer or close such connections. Also handles errors on all upgraded sockets: Node removes its error listener some
 * time before other code adds one, and an error in between would crash the process.
 */
export function refuseOtherUpgrades(server: Server, path: string | undefined): void {
  server.on('upgrade', (request, socket) => {
    socket.on('error', destroy);
    if (path !== undefined && request.url?.startsWith(`${path}/`)) return;
    endWithProblem(socket, {
      status: 404,
      code: 'not_found',
      detail: `This path does not support upgrades.`,
    });
  });
}

function destroy(this: Duplex): void {
  this.destroy();
}
