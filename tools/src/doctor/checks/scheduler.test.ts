import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { checkScheduler } from './scheduler.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The finding if the producer's sidecar responds with this status and message to the request for a job. */
async function findingFor(status: number, message: string) {
  const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify({ message })));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metadata = {
    id: 'producer',
    components: [],
    scheduler: { connected_addresses: ['scheduler:50006'] },
  };
  return checkScheduler([{ name: 'producer', url, headers: {}, metadata }]);
}

it('should report the scheduler as healthy only if it replies that the job does not exist', async () => {
  const answered =
    'failed to get job due to: rpc error: code = NotFound desc = job not found: tocsin-doctor-health-check';
  expect(await findingFor(500, answered)).toMatchObject({ state: 'ok' });
  expect(await findingFor(404, '404 page not found')).toMatchObject({ state: 'fault' });
  const unresolved = 'failed to get job due to: rpc error: code = Unavailable desc = host not found';
  expect(await findingFor(500, unresolved)).toMatchObject({ state: 'fault' });
});
