import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotificationClient } from '../client.ts';
import { Gateway } from '../testing/gateway.ts';
import { TIMING } from '../timing.ts';
import type { NotificationClient, NotificationClientOptions } from '../types.ts';

const clients: NotificationClient[] = [];
const open = (options: NotificationClientOptions): NotificationClient => {
  const client = createNotificationClient(options);
  clients.push(client);
  return client;
};
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

describe('onRead', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = new Gateway();
    await gateway.listen();
  });
  afterEach(() => gateway.close());

  it('should report the read state in a response before its publications, and later each change', async () => {
    gateway.publish(2);
    gateway.respond = (request) => ({ ...gateway.page(request), read: { offset: 1, ids: ['n2'] } });
    const received: unknown[] = [];
    const client = open({ url: gateway.url });
    client.subscribe(
      'all',
      {
        onRead: (read) => received.push(read),
        onPublications: (publications) => received.push(...publications.map(({ offset }) => offset)),
      },
      { position: { epoch: 'e', offset: 0 } },
    );
    await vi.waitFor(() => expect(received).toEqual([{ epoch: 'e', offset: 1, ids: ['n2'] }, 1, 2]));
    const event = { feed: 'all', epoch: 'e', offset: 2, ids: [] };
    gateway.sockets[0]?.emit('read', { ...event, feed: 'topic:other' });
    gateway.sockets[0]?.emit('read', { ...event, epoch: 'former' });
    gateway.sockets[0]?.emit('read', event);
    await vi.waitFor(() => expect(received.slice(3)).toEqual([{ epoch: 'e', offset: 2, ids: [] }]));
  });

  it('should report a change that arrived before the response if both have the same epoch', async () => {
    let respond: (() => void) | undefined;
    gateway.respond = () => undefined;
    gateway.io.on('connection', (socket) =>
      socket.on('subscribe', (request: { feed: string }, acknowledge: (page: unknown) => void) => {
        socket.emit('read', { feed: 'all', epoch: 'e', offset: 3, ids: [] });
        respond = () => acknowledge({ ...gateway.page(request), read: { offset: 1, ids: [] } });
      }),
    );
    const received: unknown[] = [];
    open({ url: gateway.url }).subscribe('all', { onRead: ({ offset }) => received.push(offset) });
    await vi.waitFor(() => expect(respond).toBeDefined());
    expect(received).toEqual([]);
    respond?.();
    await vi.waitFor(() => expect(received).toEqual([1, 3]));
  });

  it('should report a malformed event', async () => {
    const errors: Error[] = [];
    const client = open({ url: gateway.url });
    client.on('error', (error) => errors.push(error));
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('read', { feed: 'all', epoch: 'e', offset: -1, ids: [] });
    await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'malformed' }]));
  });
});

describe('markRead', () => {
  const calls: unknown[] = [];
  let server: Server;
  let status = 204;
  /** Number of responses with the sign-in page. */
  let pages = 0;
  beforeEach(async () => {
    calls.length = 0;
    status = 204;
    pages = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        if (url === '/sign-in') {
          pages++;
          return response.end('<h1>Sign in</h1>');
        }
        if (url?.startsWith('/app'))
          calls.push([method, url, headers.authorization, JSON.parse(Buffer.concat(chunks).toString())]);
        response.writeHead(status, { location: '/sign-in' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  it('should send the read state with the token and resolve', async () => {
    const client = open({ url: `${url()}/`, getToken: () => 'secret' });
    await client.markRead('topic:a', { ids: ['x'] });
    expect(calls).toEqual([
      ['POST', '/app/notifications/read', 'Bearer secret', { feed: 'topic:a', ids: ['x'] }],
    ]);
  });

  it('should send the clientId when there is no token', async () => {
    await open({ url: url(), clientId: 'c1' }).markRead('all', { offset: 7 });
    expect(calls).toEqual([
      ['POST', '/app/notifications/read', undefined, { feed: 'all', offset: 7, clientId: 'c1' }],
    ]);
  });

  it('should not treat the response of a sign-in page as saved', async () => {
    status = 302;
    const saved = open({ url: url() }).markRead('all', { offset: 1 });
    await vi.waitFor(() => expect(pages).toBe(1));
    status = 204;
    await saved;
    expect(calls).toHaveLength(2);
  });

  it("should send the given epoch instead of the subscription's", async () => {
    const gateway = new Gateway();
    await gateway.listen();
    vi.stubGlobal('fetch', (_url: string, { body }: { body: string }) => {
      calls.push(JSON.parse(body));
      return Promise.resolve(new Response(null, { status: 204 }));
    });
    try {
      const client = open({ url: gateway.url });
      const subscription = client.subscribe('all', {});
      await vi.waitFor(() => expect(subscription.position?.epoch).toBe('e'));
      await client.markRead('all', { offset: 1 });
      await client.markRead('all', { epoch: 'former', offset: 1 });
    } finally {
      vi.unstubAllGlobals();
      await gateway.close();
    }
    expect(calls).toEqual(['e', 'former'].map((epoch) => ({ feed: 'all', epoch, offset: 1 })));
  });

  it("should retry when the server couldn't save the mark", async () => {
    status = 503;
    const saved = open({ url: url() }).markRead('all', { offset: 1 });
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    status = 204;
    await saved;
    expect(calls).toEqual(
      Array(2).fill(['POST', '/app/notifications/read', undefined, { feed: 'all', offset: 1 }]),
    );
  });

  it('should retry getToken after it failed', async () => {
    const getToken = vi.fn(() => Promise.resolve('fresh')).mockRejectedValueOnce(new Error('offline'));
    await open({ url: url(), getToken }).markRead('all', { offset: 1 });
    expect(calls).toMatchObject([['POST', '/app/notifications/read', 'Bearer fresh', {}]]);
  });

  it('should request another token if getToken does not settle', async () => {
    const getToken = vi
      .fn(() => Promise.resolve('fresh'))
      .mockReturnValueOnce(new Promise<string>(() => undefined));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const marked = open({ url: url(), getToken }).markRead('all', { offset: 1 });
      await vi.advanceTimersByTimeAsync(TIMING.page + TIMING.retryMin);
      await marked;
      expect(calls).toMatchObject([['POST', '/app/notifications/read', 'Bearer fresh', {}]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('should reject after a permanent failure or when the client is closed', async () => {
    status = 403;
    await expect(open({ url: url() }).markRead('all', { offset: 1 })).rejects.toMatchObject({
      ...{ name: 'ProblemError', status: 403, temporary: false },
    });
    expect(calls).toHaveLength(1);
    const client = open({ url: url(), getToken: () => Promise.reject(new Error('signed out')) });
    const waiting = client.markRead('all', { offset: 1 });
    setTimeout(() => client.close(), 50);
    await expect(waiting).rejects.toMatchObject({ code: 'no_token' });
  });
});
