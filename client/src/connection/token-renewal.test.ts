import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotificationClient } from '../client.ts';
import { Gateway } from '../testing/gateway.ts';
import { TokenRenewal } from './token-renewal.ts';
import type { ClientSocket } from './socket.ts';
import type { ClientStatus, NotificationClient } from '../types.ts';

let gateway: Gateway;
const clients: NotificationClient[] = [];

beforeEach(async () => {
  gateway = new Gateway();
  await gateway.listen();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients.splice(0)) client.close();
  await gateway.close();
});

describe('a client with an expiring token', () => {
  /**
   * Opens a client whose `getToken` returns `t0`, `t1`, and so on, but rejects for the calls in `failing`. The server
   * accepts a renewed token if `accepts` returns true for it.
   */
  const openClient = (accepts: (token: string) => boolean, failing: readonly number[] = []) => {
    const sentTokens: string[] = [];
    let calls = 0;
    gateway.onToken = (token) => {
      sentTokens.push(token);
      const error = { code: 'unauthorized', message: 'no', temporary: false } as const;
      return accepts(token) ? { ok: true } : { ok: false, error };
    };
    const client = createNotificationClient({
      url: gateway.url,
      getToken: () => {
        const number = calls++;
        return failing.includes(number)
          ? Promise.reject(new Error('no response'))
          : Promise.resolve(`t${number}`);
      },
    });
    clients.push(client);
    const errors: string[] = [];
    client.on('error', ({ message }) => errors.push(message));
    const statuses: ClientStatus[] = [];
    client.on('status', (status) => statuses.push(status));
    client.subscribe('all', {});
    return { client, sentTokens, errors, statuses };
  };

  it('should send a new token over the existing connection', async () => {
    const { client, sentTokens, statuses } = openClient(() => true);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('token-expiring', { expiresInMs: 1_000 });
    await vi.waitFor(() => expect(sentTokens).toEqual(['t1']));
    gateway.sockets[0]?.emit('token-expiring', { expiresInMs: 1_000 });
    await vi.waitFor(() => expect(sentTokens).toEqual(['t1', 't2']));
    expect(gateway.sockets).toHaveLength(1);
    expect(statuses).toEqual(['live']);
  });

  it('should retry when getToken rejects or the server refuses the token', async () => {
    const { client, sentTokens, errors } = openClient((token) => token === 't3', [1]);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('token-expiring', { expiresInMs: 10_000 });
    await vi.waitFor(() => expect(sentTokens).toEqual(['t2', 't3']));
    expect(errors).toEqual(["Couldn't get a token: no response", 'no']);
    expect(gateway.sockets).toHaveLength(1);
  });

  it('should stop retrying when the client is closed', async () => {
    const { client, sentTokens, errors } = openClient(() => false);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('token-expiring', { expiresInMs: 10_000 });
    await vi.waitFor(() => expect(errors).toEqual(['no']));
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(sentTokens).toEqual(['t1']);
  });

  it('should not send a late token over the next connection', async () => {
    const sentTokens: string[] = [];
    gateway.onToken = (token) => {
      sentTokens.push(token);
      return { ok: true };
    };
    const waiting: ((token: string) => void)[] = [];
    const getToken = () => new Promise<string>((resolve) => waiting.push(resolve));
    const client = createNotificationClient({ url: gateway.url, getToken });
    clients.push(client);
    client.subscribe('all', {});
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.('first');
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('token-expiring', { expiresInMs: 10_000 });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    gateway.sockets[0]?.conn.close();
    await vi.waitFor(() => expect(waiting).toHaveLength(3));
    waiting[1]?.('too late');
    waiting[2]?.('second');
    await vi.waitFor(() => expect(client.status).toBe('live'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sentTokens).toEqual([]);
    expect(gateway.sockets[1]?.handshake.auth).toEqual({ token: 'second' });
  });
});

it('should not request a new token after an error listener has closed the client', async () => {
  vi.useFakeTimers();
  let calls = 0;
  const getToken = () => Promise.reject(new Error(`signed out ${++calls}`));
  const token = new TokenRenewal(getToken, Math.random, () => token.stop());
  token.renew({} as ClientSocket);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toBe(1);
});
