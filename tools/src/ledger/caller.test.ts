import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Caller, makeNotifications } from './caller.ts';

let server: Server;
afterEach(() => server.close());

/** A caller of a server that gives these answers, one after the other and the last one for good. */
async function callerOf(...answers: { status: number; type: string }[]): Promise<Caller> {
  server = createServer((request, response) => {
    request.resume();
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    response.writeHead(answer?.status ?? 500, { 'content-type': answer?.type }).end('words');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new Caller({ urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] });
}

describe('Caller', () => {
  it('should repeat what a proxy without a way to a producer answers 404', async () => {
    const caller = await callerOf(
      { status: 404, type: 'text/plain; charset=utf-8' },
      { status: 202, type: 'application/json' },
    );
    await caller.post(makeNotifications(1));
    expect({ repeated: caller.repeated, acknowledged: caller.acknowledged.size }).toEqual({
      repeated: 1,
      acknowledged: 1,
    });
  });

  it('should end with what a producer refuses', async () => {
    const caller = await callerOf({ status: 400, type: 'application/problem+json; charset=utf-8' });
    await expect(caller.post(makeNotifications(1))).rejects.toThrow('was answered 400');
    expect(caller.acknowledged.size).toBe(0);
  });
});
