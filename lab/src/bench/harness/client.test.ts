import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { plainProtocol } from '../protocols/plain.ts';
import { Client } from './client.ts';

let http: Server;
let webSockets: WebSocketServer;
let url: string;
beforeEach(async () => {
  http = createServer();
  webSockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const client of webSockets.clients) client.terminate();
  webSockets.close();
  http.close();
});

/**
 * Connects and subscribes a client. Returns the client, the server's socket, and the messages that the client receives.
 */
async function connect(): Promise<{ client: Client; socket: WebSocket; received: string[] }> {
  const received: string[] = [];
  let socket: WebSocket | undefined;
  webSockets.on('connection', (connected) => {
    socket = connected;
    connected.on('message', (data: Buffer) => data.toString() === 'subscribe' && connected.send('ok'));
  });
  const onMessage = (message: Buffer) => received.push(message.toString());
  const client = await Client.connect(url, plainProtocol, { feed: 'all', onMessage });
  return { client, socket: socket as WebSocket, received };
}

describe('a benchmark client', () => {
  it('should be ready once subscribed, and receive large and small messages', async () => {
    const { client, socket, received } = await connect();
    const texts = ['a', 'b'.repeat(200_000), 'c'];
    for (const text of texts) socket.send(text);
    await expect.poll(() => received.length).toBe(4);
    expect(received).toEqual(['ok', ...texts]);
    client.close();
  });

  it('should answer pings, so that the server keeps the connection open', async () => {
    const { client, socket } = await connect();
    socket.ping('here?');
    const [data] = (await once(socket, 'pong')) as [Buffer];
    expect(data.toString()).toBe('here?');
    client.close();
  });

  it('should report that the server has closed the connection', async () => {
    const { client, socket } = await connect();
    expect(client.fault).toBeUndefined();
    socket.terminate();
    await expect.poll(() => client.fault?.message).toMatch(/closed the connection/);
  });

  it('should fail if the server doesn’t speak WebSocket', async () => {
    webSockets.shouldHandle = () => false;
    const connecting = Client.connect(url, plainProtocol, { feed: 'all', onMessage: () => undefined });
    await expect(connecting).rejects.toThrow(/rejected the WebSocket: HTTP\/1.1 400/);
  });
});
