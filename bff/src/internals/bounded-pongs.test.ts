import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BoundedPongServer } from './bounded-pongs.ts';

/** The maximum content of a ping, in bytes. */
const CONTENT_BYTES = 125;
/** A masked ping with this content. */
const PING = Buffer.concat([Buffer.from([0x89, 0x80 + CONTENT_BYTES]), Buffer.alloc(4 + CONTENT_BYTES)]);
/** Enough pings that the kernel can't buffer the pongs if the peer doesn't read. */
const PINGS = 250_000;
const MAX_BUFFERED = 100_000;
const MORE_THAN_KERNEL_BUFFERS = 32 * 1024 * 1024;

const http = createServer();
const pongServer = new BoundedPongServer({ noServer: true });
let url: string;
let accepted: Promise<WebSocket>;

beforeEach(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  accepted = new Promise((resolve) =>
    http.once('upgrade', (request, socket, head) => pongServer.handleUpgrade(request, socket, head, resolve)),
  );
});
afterEach(async () => {
  (await accepted).terminate();
  http.close();
});

it("should echo a ping's content", async () => {
  const client = new WebSocket(`ws://${url}`);
  await once(client, 'open');
  client.ping('still here?');
  const [data] = (await once(client, 'pong')) as [Buffer];
  expect(data.toString()).toBe('still here?');
});

it('should answer the latest ping once the peer resumes reading', async () => {
  const client = new WebSocket(`ws://${url}`);
  await once(client, 'open');
  client.pause();
  const pongs: string[] = [];
  client.on('pong', (data: Buffer) => pongs.push(data.toString()));
  const webSocket = await accepted;
  webSocket.send(Buffer.alloc(MORE_THAN_KERNEL_BUFFERS));
  let received = 0;
  webSocket.on('ping', () => received++);
  for (const data of ['first', 'second', 'third']) client.ping(data);
  await expect.poll(() => received).toBe(3);
  client.resume();
  await expect.poll(() => pongs, { timeout: 20_000 }).toEqual(['first', 'third']);
  client.ping('fourth');
  await expect.poll(() => pongs).toEqual(['first', 'third', 'fourth']);
});

it("should not fill up memory with pongs for a peer that doesn't read", async () => {
  const [host = '', port] = url.split(':');
  const peer: Socket = connect(Number(port), host).pause();
  await once(peer, 'connect');
  peer.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const webSocket = await accepted;
  let received = 0;
  webSocket.on('ping', () => received++);
  peer.write(Buffer.concat(Array.from({ length: PINGS }, () => PING)));
  await expect.poll(() => received, { timeout: 150_000 }).toBe(PINGS);
  expect(webSocket.bufferedAmount).toBeLessThan(MAX_BUFFERED);
  peer.destroy();
}, 180_000);
