import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { afterEach, expect, it } from 'vitest';
import { BodyBudget, SMALL_BODY_BYTES, boundBodies } from './body-budget.ts';
import { takeBody } from './take-body.ts';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

it('should not use the budget for a client that has already disconnected', async () => {
  const budget = new BodyBudget(SMALL_BODY_BYTES);
  const app = express();
  const checked = new Promise<void>((resolve) => {
    const check: RequestHandler = (request, _response, next) => {
      request.socket.once('close', () => {
        next();
        resolve();
      });
    };
    app.post('/', boundBodies(budget), check, takeBody());
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${SMALL_BODY_BYTES}\r\n\r\n`);
  await once(server, 'request');
  client.destroy();
  await checked;
  expect(budget.take(0, SMALL_BODY_BYTES)).toBe(true);
});
