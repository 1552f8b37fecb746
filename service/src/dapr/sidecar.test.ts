import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Sidecar } from './sidecar.ts';

const CONNECTIONS = 64;
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A sidecar on a real port that accepts every request and never responds. */
async function silentSidecar(timeoutMs: number) {
  const paths: string[] = [];
  const server = createServer((request: IncomingMessage) => void paths.push(request.url ?? ''));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sidecar = new Sidecar({ httpPort: (server.address() as AddressInfo).port, timeoutMs });
  cleanUps.push(async () => {
    server.closeAllConnections();
    server.close();
    await sidecar.close();
  });
  return { sidecar, server, paths };
}

it('should time out a call while all connections are in use, and never send it', async () => {
  const { sidecar, server, paths } = await silentSidecar(60_000);
  const calls = Array.from({ length: CONNECTIONS }, (_, n) => sidecar.findJob(`other${n}`));
  const settled = Promise.allSettled(calls);
  await expect.poll(() => paths.length).toBe(CONNECTIONS);
  const lateCall = sidecar.callActor('Feed', 'late', 'turn', '{}', { timeoutMs: 20 });
  await expect(lateCall).rejects.toMatchObject({
    code: 'ERR_SIDECAR_UNREACHABLE',
    message: expect.stringContaining('no response within 20 ms') as string,
  });
  expect(paths).toHaveLength(CONNECTIONS);
  server.closeAllConnections();
  await settled;
  const next = sidecar.callActor('Feed', 'next', 'turn', '{}').catch(() => undefined);
  await expect.poll(() => paths.length).toBe(CONNECTIONS + 1);
  expect(paths.at(-1)).toContain('next');
  server.closeAllConnections();
  await next;
});
