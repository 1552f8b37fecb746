import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from './probe.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that redirects to a second server, and the requests that the second server receives. */
async function redirecting(): Promise<{ url: string; location: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const location = await serve((request, response) => {
    seen.push(request);
    response.end('{}');
  });
  const url = await serve((_, response) => response.writeHead(302, { location }).end());
  return { url, location, seen };
}

describe('probe', () => {
  it.each([
    { headers: { 'dapr-api-token': 'token' } },
    { method: 'POST' as const, headers: { 'x-api-key': 'key' }, body: {} },
    { method: 'POST' as const, body: {} },
  ])('should report the redirect’s address instead of sending it %j', async (options) => {
    const { url, location, seen } = await redirecting();
    expect(await probe(url, options)).toBe(`it redirects to ${location}. Use that address instead`);
    expect(seen).toEqual([]);
  });

  it('should follow a redirect if the request has no credentials or body', async () => {
    const { url, seen } = await redirecting();
    expect(await probe(url)).toMatchObject({ status: 200, text: '{}' });
    expect(seen.length).toBe(1);
  });
});
