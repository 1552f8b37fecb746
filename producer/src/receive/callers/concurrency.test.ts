import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Callers, hashOf, parseApiKeys } from '../../auth/callers.ts';
import { testServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  const keys = parseApiKeys(
    JSON.stringify([{ name: 'shop', hash: hashOf('shop-key'), feeds: ['*'], perSecond: 50 }]),
  );
  server = await testServer({}, new Callers({ keys: () => keys, now: () => 0 }));
});
afterEach(() => server.close());

const body = JSON.stringify(Array.from({ length: 200 }, () => ({ title: 'x' })));

/** Sends the headers immediately and the body when `go` resolves. Resolves with the status. */
function sendInSteps(go: Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-api-key': 'shop-key',
    };
    const clientRequest = request(`${server.url}/notifications`, { method: 'POST', headers, agent: false });
    clientRequest.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    clientRequest.on('error', reject);
    clientRequest.flushHeaders();
    void go.then(() => clientRequest.end(body));
  });
}

it("should enforce a key's rate limit across eight parallel connections", async () => {
  let begin = () => {};
  const go = new Promise<void>((resolve) => (begin = resolve));
  const responses = Array.from({ length: 8 }, () => sendInSteps(go));
  // Wait until all keys have been checked.
  await delay(200);
  begin();
  const statuses = await Promise.all(responses);
  const accepted = statuses.filter((status) => status === 202).length;
  expect(statuses.filter((status) => status === 429)).toHaveLength(8 - accepted);
  // The burst is 500 notifications, but a single request may exceed it.
  expect(accepted * 200).toBeLessThanOrEqual(500 + 200);
  expect(accepted).toBeGreaterThanOrEqual(2);
  const deposited = server.backend.deposited.reduce((sum, entry) => sum + entry.notifications.length, 0);
  expect(deposited).toBe(accepted * 200);
});
