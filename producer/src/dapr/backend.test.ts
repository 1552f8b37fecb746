import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { parseConfig } from '@tocsin/service';
import { producerSettings } from '../config.ts';
import { daprBackend } from './backend.ts';

it('should read the state store while many calls wait for a scheduler that does not respond', async () => {
  let jobCalls = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/v1.0/jobs/')) jobCalls++;
    else response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const backend = daprBackend(
    parseConfig(producerSettings, { DAPR_HTTP_PORT: String(port), SIDECAR_TIMEOUT_MS: '10000' }),
  );
  const jobs = backend.createJobs(() => Promise.resolve());
  const waiting = Promise.allSettled(Array.from({ length: 200 }, (_, n) => jobs.find(`n${n}`)));
  await expect.poll(() => jobCalls).toBeGreaterThan(0);
  expect(await backend.dueWindowStore.readIndex()).toBeUndefined();
  server.close();
  server.closeAllConnections();
  const closed = backend.close();
  await waiting;
  await closed;
});
