import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_REQUESTS_IN_PROGRESS, boundPipelining } from './bound-pipelining.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

let server: Server;
let client: Socket;
let responses: ServerResponse[];
let closed: Promise<unknown>;

beforeEach(async () => {
  responses = [];
  server = createServer(boundPipelining((_request, response) => void responses.push(response)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.resume();
  closed = new Promise((resolve) => client.once('close', resolve));
  await once(client, 'connect');
});
afterEach(() => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});

const nextRequest = () => once(server, 'request');

it('should close a connection that pipelines requests without reading the responses, and handle no more requests', async () => {
  client.write(REQUEST.repeat(1_000));
  await closed;
  expect(responses).toHaveLength(MAX_REQUESTS_IN_PROGRESS);
});

it('should close all responses when their connection closes, including queued responses', async () => {
  client.write(REQUEST.repeat(3));
  while (responses.length < 3) await nextRequest();
  const closes = Promise.all(responses.map((response) => once(response, 'close')));
  client.destroy();
  await closes;
  expect(responses.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  // A handler that doesn't know that the connection has closed may still end the response.
  for (const response of responses) response.end('late');
});

it('should serve any number of requests on a connection if the client reads the responses', async () => {
  for (let i = 1; i <= 3 * MAX_REQUESTS_IN_PROGRESS; i++) {
    const next = nextRequest();
    client.write(REQUEST);
    await next;
    expect(responses).toHaveLength(i);
    const received = once(client, 'data');
    responses.at(-1)?.end('x');
    await received;
  }
  expect(client.destroyed).toBe(false);
});

it('should serve as many simultaneous requests as the limit allows', async () => {
  const all = new Promise<void>((resolve) => {
    server.on('request', () => responses.length === MAX_REQUESTS_IN_PROGRESS && resolve());
  });
  client.write(REQUEST.repeat(MAX_REQUESTS_IN_PROGRESS));
  await all;
  for (const response of responses) response.end('x');
  const next = nextRequest();
  await Promise.all(
    responses.map(async (response) => {
      if (!response.closed) await once(response, 'close');
    }),
  );
  client.write(REQUEST);
  await next;
  expect(responses).toHaveLength(MAX_REQUESTS_IN_PROGRESS + 1);
});
