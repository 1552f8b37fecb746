import { setTimeout as delay } from 'node:timers/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Failure } from '@tocsin/tools/failure';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpLane, postRequest, readResponse } from './http-lane.ts';

let server = createServer();
afterEach(() => server.close());

describe('a request lane', () => {
  it('should send requests sequentially over one connection, whether or not responses have a Content-Length', async () => {
    let connections = 0;
    server = createServer();
    server.on('connection', () => connections++);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        response.statusCode = 202;
        if (body.length > 2) response.setHeader('content-length', body.length);
        response.write(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/publish`;
    const lane = await HttpLane.open(url);
    for (const body of ['{}', '{"n":1}', '{}']) {
      const { status, body: responseBody } = await lane.send(postRequest(url, body));
      expect([status, responseBody.includes(body)]).toEqual([202, true]);
    }
    expect(connections).toBe(1);
    lane.close();
  });

  it('should use a new connection if the server has closed the idle connection', async () => {
    server = createServer((_request, response) => response.end('{}'));
    server.keepAliveTimeout = 1;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/publish`;
    const lane = await HttpLane.open(url);
    expect((await lane.send(postRequest(url, '{}'))).status).toBe(200);
    server.closeAllConnections();
    await delay(50);
    expect((await lane.send(postRequest(url, '{}'))).status).toBe(200);
    lane.close();
  });

  it('should send the request once, on a new connection, if the server is closing the idle connection', async () => {
    const seen: Socket[] = [];
    server = createServer((request, response) => {
      seen.push(request.socket);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/publish`;
    const lane = await HttpLane.open(url);
    for (let i = 0; i < 20; i++) {
      expect((await lane.send(postRequest(url, '{}'))).status).toBe(200);
      seen.at(-1)?.end();
      await once(seen.at(-1) as Socket, 'finish');
      const end = performance.now() + 15;
      // Block the event loop, so that the lane can't notice yet that the connection is closing.
      while (performance.now() < end);
    }
    expect(new Set(seen).size).toBe(20);
    lane.close();
  });

  it('should report a request without a response instead of resending it', async () => {
    let requests = 0;
    server = createServer(({ socket }) => {
      requests++;
      socket.resetAndDestroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/publish`;
    const lane = await HttpLane.open(url);
    const sent = lane.send(postRequest(url, '{}'));
    await expect(sent).rejects.toThrow(Failure);
    await expect(sent).rejects.toThrow(`${url} closed the connection before it responded (read ECONNRESET).`);
    expect(requests).toBe(1);
    server.close();
    await expect(lane.send(postRequest(url, '{}'))).rejects.toThrow(/Cannot reach .*ECONNREFUSED/);
  });

  it('should wait until a response is complete', () => {
    const whole = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy';
    for (let length = 0; length < whole.length; length++)
      expect(readResponse(whole.slice(0, length))).toBeUndefined();
    expect(readResponse(`${whole}HTTP/1.1`)).toEqual({
      response: { status: 503, body: 'busy' },
      length: whole.length,
    });
  });
});
