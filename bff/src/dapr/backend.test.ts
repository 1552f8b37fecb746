import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, parseConfig } from '@tocsin/service';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { bffSettings } from '../config.ts';
import { memoryBackend } from '../memory/backend.ts';
import { daprBackend } from './backend.ts';

/** The maximum number of messages that two channels together can have in flight. */
const SENDS = 200;
/** The maximum number of concurrent calls to bindings. */
const MAX_CALLS = 1_024;

/** The calls to bindings that the sidecar hasn't responded to. */
let unanswered: ServerResponse[];
/** A sidecar that responds to everything except calls to bindings. */
let server: ReturnType<typeof createServer>;
let backend: Backend;
let sends: Promise<unknown>;
beforeEach(async () => {
  unanswered = [];
  server = createServer((request, response) => {
    if (request.url?.startsWith('/v1.0/bindings/')) unanswered.push(response);
    else response.setHeader('content-type', 'application/json').end('{"value":"secret"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = parseConfig(bffSettings, { DAPR_HTTP_PORT: String(port) });
  const { broadcaster, auditReader } = memoryBackend();
  const backplane = { broadcaster, auditReader, ready: () => Promise.resolve(), stop: () => undefined };
  backend = daprBackend(config, backplane, createLogger('bff', 'silent'));
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await sends;
  await backend.close();
});

/** Starts sending messages through two channels. */
const send = (count: number): void => {
  const call = (n: number) => backend.invokeBinding(`b${n % 2}`, 'create', {}, {});
  sends = Promise.allSettled(Array.from({ length: count }, (_, n) => call(n)));
};

it('should call the sidecar and other channels while a channel waits for slow receivers', async () => {
  send(SENDS);
  await expect.poll(() => unanswered.length).toBe(SENDS);
  expect(await backend.readSecret('smtp')).toBe('secret');
});

it('should limit the calls to bindings', async () => {
  send(MAX_CALLS + 100);
  await expect.poll(() => unanswered.length).toBeGreaterThanOrEqual(MAX_CALLS);
  expect(await backend.readSecret('smtp')).toBe('secret');
  expect(unanswered).toHaveLength(MAX_CALLS);
});
