import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Socket } from 'socket.io-client';
import { createNotificationClient } from '../client.ts';
import { Gateway } from '../testing/gateway.ts';
import { TIMING } from '../timing.ts';
import type { NotificationClient } from '../types.ts';

let gateway: Gateway;
let client: NotificationClient | undefined;
/** The pending calls to `getToken`. */
let tokenRequests: { resolve: (token: string) => void; reject: (reason: Error) => void }[];
let errors: string[];

const getToken = (): Promise<string> =>
  new Promise((resolve, reject) => {
    tokenRequests.push({ resolve, reject });
  });
const waitForTokenRequests = (count: number) => vi.waitFor(() => expect(tokenRequests).toHaveLength(count));
/** Breaks the transport while the connection is waiting for a token. */
const breakTransports = (): void => {
  const { clients } = gateway.io.engine as unknown as { clients: Record<string, { close(): void }> };
  for (const transport of Object.values(clients)) transport.close();
};

beforeEach(async () => {
  [tokenRequests, errors] = [[], []];
  gateway = new Gateway();
  await gateway.listen();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  client?.close();
  await gateway.close();
});

it('should not reconnect after an error listener has closed the client', async () => {
  vi.useFakeTimers();
  let calls = 0;
  client = createNotificationClient({
    ...{ url: gateway.url, negotiate: true },
    getToken: () => Promise.reject(new Error(`signed out ${++calls}`)),
  });
  client.on('error', () => client?.close());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('should not reconnect if getToken rejects after close', async () => {
  client = createNotificationClient({ url: gateway.url, getToken });
  await waitForTokenRequests(1);
  client.close();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  tokenRequests[0]?.reject(new Error('signed out'));
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  expect(vi.getTimerCount()).toBe(0);
});

it('should ignore a token that arrives after its connection was lost', async () => {
  client = createNotificationClient({ url: gateway.url, getToken });
  client.on('error', ({ message }) => errors.push(message));
  client.subscribe('all', {});
  for (const count of [1, 2, 3]) {
    await waitForTokenRequests(count);
    if (count < 3) breakTransports();
  }
  tokenRequests[0]?.resolve('first');
  tokenRequests[2]?.resolve('third');
  await vi.waitFor(() => expect(client?.status).toBe('live'));
  tokenRequests[1]?.reject(new Error('too late'));
  await vi.waitFor(() => expect(client?.status).toBe('live'));
  expect(gateway.sockets.map(({ handshake }) => handshake.auth)).toEqual([{ token: 'third' }]);
  expect(errors.filter((message) => /^(No token|Couldn't get a token)/.test(message))).toEqual([]);
});

it('should request another token if getToken takes too long, both when connecting and when renewing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  client = createNotificationClient({ url: gateway.url, getToken });
  client.on('error', ({ message }) => errors.push(message));
  await waitForTokenRequests(1);
  await vi.advanceTimersByTimeAsync(TIMING.token + TIMING.reconnectMax);
  await waitForTokenRequests(2);
  tokenRequests[1]?.resolve('second');
  await vi.waitFor(() => expect(client?.status).toBe('live'));
  gateway.sockets[0]?.emit('token-expiring', { expiresInMs: 60_000 });
  await waitForTokenRequests(3);
  await vi.advanceTimersByTimeAsync(TIMING.token + TIMING.retryMin);
  await waitForTokenRequests(4);
  const message = "Couldn't get a token: It took longer than 8000 ms.";
  expect(errors).toEqual([message, message]);
});

it.each([null, { reconnectAfterMs: 'soon' }])(
  'should switch to a new connection after a draining event with the malformed payload %j',
  async (payload) => {
    client = createNotificationClient({ url: gateway.url });
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client?.status).toBe('live'));
    gateway.sockets[0]?.emit('draining', payload);
    await vi.waitFor(() => expect(gateway.sockets.map(({ connected }) => connected)).toEqual([false, true]));
  },
);

it.each([null, { ok: false }])(
  'should report the malformed response %j to an unsubscribe request',
  async (response) => {
    gateway.onUnsubscribe = () => response;
    client = createNotificationClient({ url: gateway.url });
    client.on('error', ({ message }) => errors.push(message));
    const subscription = client.subscribe('all', {});
    await vi.waitFor(() => expect(client?.status).toBe('live'));
    subscription.close();
    // The server responds in order.
    const onCaughtUp = vi.fn();
    client.subscribe('topic:a', { onCaughtUp });
    await vi.waitFor(() => expect(onCaughtUp).toHaveBeenCalled());
    expect(errors).toEqual(['Malformed response']);
  },
);

it('should wait several seconds before reconnecting if the server ends a connection because of too many requests', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const connect = vi.spyOn(Socket.prototype, 'connect');
  client = createNotificationClient({ url: gateway.url });
  client.subscribe('all', {});
  await vi.waitFor(() => expect(client?.status).toBe('live'));
  connect.mockClear();
  gateway.sockets[0]?.emit('closing', { code: 'too_many_requests', message: 'too many' });
  gateway.sockets[0]?.disconnect(true);
  await vi.waitFor(() => expect(client?.status).toBe('reconnecting'), { interval: 5 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(connect).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(connect).toHaveBeenCalledOnce();
});

it('should keep the new connection if the server drains while requests are unanswered', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  gateway.respond = () => undefined;
  client = createNotificationClient({ url: gateway.url });
  client.subscribe('all', {});
  await vi.waitFor(() => expect(gateway.requests).toHaveLength(1));
  // The first request times out. If the second fails too, the client considers the connection stuck.
  await vi.advanceTimersByTimeAsync(TIMING.acknowledgement);
  await vi.waitFor(() => expect(gateway.requests).toHaveLength(2));
  gateway.respond = (request) => gateway.page(request);
  gateway.sockets[0]?.emit('draining', { reconnectAfterMs: 0 });
  await vi.waitFor(() => expect(client?.status).toBe('live'));
  await vi.waitFor(() => expect(gateway.sockets[0]?.connected).toBe(false));
  expect(gateway.sockets.map(({ connected }) => connected)).toEqual([false, true]);
});
