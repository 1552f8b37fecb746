import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createNotificationClient } from '../client.ts';
import { Gateway } from '../testing/gateway.ts';
import type { NotificationClient } from '../types.ts';

/** The server that the client connects to. */
let gateway: Gateway;
/** The server that negotiates connections. */
let bff: Server;
let url: string;
let client: NotificationClient | undefined;
let authorizations: (string | undefined)[];
let target: object | undefined;

beforeEach(async () => {
  gateway = new Gateway();
  await gateway.listen();
  authorizations = [];
  target = { endpoint: gateway.url, path: '/hubs' };
  bff = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    if (request.url !== '/app/negotiate' || !target) return void response.writeHead(503).end();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...target, token: `access-${authorizations.length}` }));
  });
  await new Promise<void>((resolve) => bff.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(bff.address() as AddressInfo).port}`;
});
afterEach(async () => {
  client?.close();
  await gateway.close();
  bff.closeAllConnections();
  bff.close();
});

const accessTokens = () => gateway.sockets.map(({ handshake }) => handshake.query['access_token']);

it('should connect with the negotiated URL and token, and negotiate again for each connection', async () => {
  client = createNotificationClient({ url, negotiate: true, getToken: () => 'mine' });
  const ids: string[] = [];
  client.subscribe('all', {
    onPublications: (publications) => ids.push(...publications.map(({ notification }) => notification.id)),
  });
  await vi.waitFor(() => expect(client?.status).toBe('live'));
  expect(authorizations).toEqual(['Bearer mine']);
  expect(accessTokens()).toEqual(['access-1']);
  gateway.sockets[0]?.conn.close();
  gateway.publish(1, { push: false });
  await vi.waitFor(() => expect(ids).toEqual(['n1']));
  expect(accessTokens()).toEqual(['access-1', 'access-2']);
});

it('should report and retry a failed negotiation', async () => {
  target = undefined;
  client = createNotificationClient({ url, negotiate: true });
  const errors: string[] = [];
  client.on('error', (error) => errors.push(error.message));
  client.subscribe('all', {});
  await vi.waitFor(() => expect(errors.length).toBeGreaterThan(1));
  target = { endpoint: gateway.url, path: '/hubs' };
  await vi.waitFor(() => expect(client?.status).toBe('live'));
});

it('should not connect after close', async () => {
  client = createNotificationClient({ url, negotiate: true });
  client.close();
  await vi.waitFor(() => expect(authorizations).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(gateway.sockets).toEqual([]);
});
