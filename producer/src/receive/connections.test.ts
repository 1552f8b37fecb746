import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testServer, type TestServer } from '../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => void (server = await testServer()));
afterAll(() => server.close());

/** Sends raw bytes. Resolves with the response when the server closes the connection. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let response = '';
  socket.setEncoding('utf8').on('data', (data: string) => (response += data));
  await once(socket, 'connect');
  socket.write(text);
  await once(socket, 'end');
  socket.destroy();
  return response;
}

it('should respond to invalid HTTP with a problem document', async () => {
  const response = await raw('HELLO\r\n\r\n');
  expect(response).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  expect(response).toContain('"code":"invalid_request"');
});

it('should respond to oversized headers with 431', async () => {
  const response = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  expect(response).toMatch(/^HTTP\/1\.1 431 /);
});

it('should ignore an incomplete body', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n',
  );
  socket.end('{"title":"Hello"}');
  socket.resume();
  await once(socket, 'close');
  expect(server.backend.calls).toEqual([]);
});

it('should keep a connection usable after rejected requests', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<number | undefined>();
  const post = (body: string, type: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const clientRequest = request(
        `${server.url}/notifications`,
        { method: 'POST', agent, headers: { 'content-type': type } },
        (response) => {
          sockets.add(response.socket.localPort);
          response.resume().on('end', () => resolve(response.statusCode));
        },
      );
      clientRequest.on('error', reject).end(body);
    });
  const statuses = [
    await post('x', 'application/json'),
    await post('{"title":"x"}', 'text/plain'),
    await post(' '.repeat(500_000), 'text/plain'),
    await post('{"title":""}', 'application/json'),
    await post('{"title":"x"}', 'application/json'),
  ];
  expect(statuses).toEqual([400, 415, 415, 400, 202]);
  expect(sockets.size).toBe(1);
  agent.destroy();
});
