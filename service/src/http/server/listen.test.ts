import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Logger } from '../../observe/log.ts';
import { closeServer, listen } from './listen.ts';

const error = vi.fn();
const log = { error } as unknown as Logger;
const HOST = '127.0.0.1';
let server: Server;
const port = () => (server.address() as AddressInfo).port;

beforeEach(async () => {
  error.mockReset();
  server = createServer((_request, response) => response.end('served'));
  await listen(server, 0, HOST, log);
});

afterEach(() => closeServer(server));

it('should log that a connection cannot be accepted, and accept the next connection', async () => {
  const failure = Object.assign(new Error('accept ENOBUFS'), { code: 'ENOBUFS' });
  server.emit('error', failure);
  expect(error.mock.calls).toEqual([[{ err: failure, port: 0 }, 'cannot accept a connection']]);
  const response = await fetch(`http://${HOST}:${port()}`);
  expect(await response.text()).toBe('served');
});

it('should reject if the port is in use', async () => {
  await expect(listen(createServer(), port(), HOST, log)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(error).not.toHaveBeenCalled();
});
