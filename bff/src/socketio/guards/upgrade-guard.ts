import type { Server } from 'node:http';
import { endWithProblem } from '@tocsin/service';

/**
 * Refuses upgrades to other paths than `path`, or all of them without one; nothing else would answer or end
 * them.
 */
export function refuseOtherUpgrades(server: Server, path: string | undefined): void {
  server.on('upgrade', (request, socket) => {
    if (path !== undefined && request.url?.startsWith(`${path}/`)) return;
    endWithProblem(socket, {
      status: 404,
      code: 'not_found',
      detail: `There is nothing to upgrade to here.`,
    });
  });
}
