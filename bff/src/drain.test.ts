import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { DrainingEvent } from '@tocsin/contracts';
import { parseConfig, type RunningApp } from '@tocsin/service';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, it, vi } from 'vitest';
import { startBff } from './app.ts';
import type { Backend } from './backend.ts';
import { bffSettings } from './config.ts';
import { memoryBackend } from './memory/backend.ts';
import { issuedToken, keySet, secondsFromNow } from '../testing/forge.ts';
import { freePort } from '../testing/free-port.ts';

const DRAIN_MS = 8_000;
const sockets: Socket[] = [];
let stopped: Promise<void> | undefined;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await stopped;
});

it('should ask its clients to reconnect elsewhere, still serve them until then, and refuse new clients', async () => {
  const port = await freePort();
  const settings = { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: String(DRAIN_MS) };
  const bff: RunningApp = await startBff(parseConfig(bffSettings, settings), memoryBackend());
  const open = () => {
    const socket = io(`http://127.0.0.1:${port}`, {
      path: '/hubs',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    sockets.push(socket);
    return socket;
  };
  const clients = Array.from({ length: 20 }, open);
  await Promise.all(clients.map((socket) => once(socket as never, 'connect')));
  const draining = Promise.all(clients.map((socket) => once(socket as never, 'draining'))) as Promise<
    [DrainingEvent][]
  >;
  stopped = bff.stop();
  const delays = (await draining).map(([{ reconnectAfterMs }]) => reconnectAfterMs);
  expect(new Set(delays).size).toBeGreaterThan(5);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  // Leaves time for the last client to reconnect elsewhere.
  expect(Math.max(...delays)).toBeLessThan(0.7 * DRAIN_MS);
  const [refusal] = (await once(open() as never, 'connect_error')) as [Error];
  expect(refusal).toMatchObject({
    message: 'unavailable: this instance is stopping',
    data: { code: 'unavailable', message: 'this instance is stopping', temporary: true },
  });
  const answer: unknown = await clients[0]?.timeout(DRAIN_MS).emitWithAck('subscribe', { feed: 'all' });
  expect(answer).toMatchObject({ ok: true });
});

it('should refuse a client if the instance began stopping while the token was being checked', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  let isIssuerResponding = true;
  const heldResponses: (() => void)[] = [];
  const issuer = createServer((_request, response) => {
    const respond = () => response.end(JSON.stringify(keySet()));
    if (isIssuerResponding) respond();
    else heldResponses.push(respond);
  });
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  const port = await freePort();
  const settings = {
    ...{ PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '8000', AUTH_MODE: 'jwt' },
    JWT_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`,
  };
  const bff: RunningApp = await startBff(parseConfig(bffSettings, settings), memoryBackend());
  const auth = { token: issuedToken('RS256', { exp: secondsFromNow(3_600) }) };
  const open = () => {
    const socket = io(`http://127.0.0.1:${port}`, {
      ...{ path: '/hubs', transports: ['websocket'], forceNew: true, reconnection: false, auth },
    });
    sockets.push(socket);
    return socket;
  };
  try {
    const first = open();
    await once(first as never, 'connect');
    // The bff rereads the issuer's keys after ten minutes.
    vi.advanceTimersByTime(11 * 60_000);
    isIssuerResponding = false;
    const second = open();
    const outcome = Promise.race([
      once(second as never, 'connect_error').then(([error]) => (error as Error).message),
      once(second as never, 'connect').then(() => 'connected'),
    ]);
    await once(issuer, 'request');
    const draining = once(first as never, 'draining');
    stopped = bff.stop();
    await draining;
    for (const respond of heldResponses) respond();
    expect(await outcome).toContain('stopping');
  } finally {
    vi.useRealTimers();
    issuer.close();
  }
});

it('should wait less for in-flight deliveries if clients took a long time to leave', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const port = await freePort();
  const limits: number[] = [];
  const backend: Backend = {
    ...memoryBackend(),
    receive: () => Promise.resolve(async (limitMs) => void limits.push(limitMs)),
  };
  const settings = { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '8000' };
  try {
    const bff: RunningApp = await startBff(parseConfig(bffSettings, settings), backend);
    const socket = io(`http://127.0.0.1:${port}`, {
      ...{ path: '/hubs', transports: ['websocket'], forceNew: true, reconnection: false },
    });
    sockets.push(socket);
    await once(socket as never, 'connect');
    const draining = once(socket as never, 'draining');
    stopped = bff.stop();
    await draining;
    vi.setSystemTime(Date.now() + 8_000);
    await stopped;
  } finally {
    vi.useRealTimers();
  }
  expect(limits).toEqual([500]);
});

it("should stop even if a client hasn't finished a request", async () => {
  const port = await freePort();
  const tenMinutes = { PING_INTERVAL_MS: '300000', PING_TIMEOUT_MS: '300000' };
  const settings = { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '0', ...tenMinutes };
  const bff: RunningApp = await startBff(parseConfig(bffSettings, settings), memoryBackend());
  const client = connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.on('error', () => undefined);
  const head =
    'POST /app/notifications/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  client.write(`${head}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n`);
  // The `100 Continue` response, which arrives once the server is reading the request.
  await once(client, 'data');
  await bff.stop();
  await closed;
});

// The time limit is below the 30 s that ws waits for an unresponsive client.
it("should stop even if a client doesn't respond to the WebSocket close", { timeout: 20_000 }, async () => {
  const port = await freePort();
  const settings = { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '0' };
  const bff: RunningApp = await startBff(parseConfig(bffSettings, settings), memoryBackend());
  const client = connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.on('error', () => undefined);
  const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13';
  const key = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`;
  const path = '/hubs/?EIO=4&transport=websocket';
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n${key}\r\n\r\n`);
  await once(client, 'data');
  await bff.stop();
  await closed;
});

it("should report during the drain delay that it's not ready, but still accept clients", async () => {
  const port = await freePort();
  const settings = { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '0', DRAIN_DELAY_MS: '2000' };
  const bff: RunningApp = await startBff(parseConfig(bffSettings, settings), memoryBackend());
  const status = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  expect(await status()).toBe(200);
  let hasLeft = false;
  const leaving = bff.leave?.().then(() => (hasLeft = true));
  expect(await status()).toBe(503);
  const socket = io(`http://127.0.0.1:${port}`, { path: '/hubs', transports: ['websocket'], forceNew: true });
  sockets.push(socket);
  await once(socket as never, 'connect');
  let moved = false;
  socket.on('draining', () => (moved = true));
  await leaving;
  expect({ hasLeft, moved }).toEqual({ hasLeft: true, moved: false });
  stopped = bff.stop();
});
