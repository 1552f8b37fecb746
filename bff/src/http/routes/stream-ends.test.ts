import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SECRETS } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SECRET, secondsFromNow, secretToken } from '../../../testing/forge.ts';
import { readStream } from '../../../testing/read-stream.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

const PING_MS = 100;

let bff: ServedBff;
let socket: Socket;
let received: string;

beforeEach(async () => {
  bff = await serveBff(
    {
      AUTH_MODE: 'jwt',
      JWT_CLOCK_SKEW: '0',
      PING_INTERVAL_MS: String(PING_MS),
      MAX_CONNECTIONS_PER_READER: '0',
    },
    { [SECRETS.jwt.name]: SECRET },
  );
  const { hostname, port } = new URL(bff.url);
  socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  received = '';
  socket.on('data', (chunk) => (received += chunk.toString()));
});
afterEach(async () => {
  socket.destroy();
  await bff.stop();
});

const requestStream = (claims: object) =>
  `GET /app/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secretToken({ sub: 'ben', ...claims })}\r\n\r\n`;
const metrics = async () => (await fetch(`${bff.url}/metrics`)).text();
const countHeartbeats = () => received.split('\n:\n').length - 1;

it('should keep sending a stream when another stream, queued behind it on the same connection, has ended', async () => {
  // Both requests arrive at the same time. The second response can't be sent until the first stream ends.
  socket.write(requestStream({}) + requestStream({ exp: secondsFromNow(2) }));
  await expect
    .poll(() => metrics())
    .toContain('tocsin_bff_connections_ended_total{reason="token_expired"} 1\n');
  const before = countHeartbeats();
  await expect.poll(countHeartbeats).toBeGreaterThan(before + 5);
  expect(received.match(/^event: subscribed/gm)).toHaveLength(1);
});

it("should leave room for a reader's requests while the reader has more than 300 open streams", async () => {
  const headers = { authorization: `Bearer ${secretToken({ sub: 'ben' })}` };
  const streams = await Promise.all(
    Array.from({ length: 301 }, () => readStream(`${bff.url}/app/stream`, headers)),
  );
  const { status } = await fetch(`${bff.url}/app/preferences`, { headers });
  for (const { close } of streams) close();
  expect([new Set(streams.map(({ response }) => response.status)), status]).toEqual([new Set([200]), 200]);
});
