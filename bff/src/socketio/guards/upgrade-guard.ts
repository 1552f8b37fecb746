import type { Server } from 'node:http';
import { endWithProblem } from '@tocsin/service';

/**
 * Refuses upgrades on paths other than `path`, or all upgrades if there is no `path`. Otherwise they would never be
 * answered or closed.
 */
export function refuseOtherUpgrades(server: Server, path: string | undefined): void {
  server.on('upgrade', (request, socket) => {
    if (path !== undefined && request.url?.startsWith(`${path}/`)) return;
    endWithProblem(socket, {
      status: 404,
      code: 'not_found',
      detail: `This path does not support upgrades.`,
    });
  });
}
