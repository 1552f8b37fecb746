import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Caller, makeNotifications } from './caller.ts';

let server: Server;
afterEach(() => server.close());

/** Creates a caller for a new server that returns these statuses in turn, then keeps repeating the last status. */
async function callerOf(...statuses: number[]): Promise<Caller> {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new Caller({ urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] });
}

describe('Caller', () => {
  it('should retry after a 404 from an ingress without a ready producer', async () => {
    const caller = await callerOf(404, 202);
    await caller.post(makeNotifications(1));
    expect({ retries: caller.retries, acknowledged: caller.acknowledged.size }).toEqual({
      retries: 1,
      acknowledged: 1,
    });
  });

  it('should not retry a request that a producer rejects', async () => {
    const caller = await callerOf(400);
    await expect(caller.post(makeNotifications(1))).rejects.toThrow('returned 400');
    expect(caller.acknowledged.size).toBe(0);
  });
});
