import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotificationClient } from './client.ts';
import { Gateway } from './testing/gateway.ts';
import { memoryPositions } from './subscription/positions.ts';
import type { ClientStatus, NotificationClient, NotificationClientOptions } from './types.ts';

let gateway: Gateway;
const clients: NotificationClient[] = [];
const open = (options: Partial<NotificationClientOptions> = {}): NotificationClient => {
  const client = createNotificationClient({ url: gateway.url, ...options });
  clients.push(client);
  return client;
};
const recorder = () => {
  const ids: string[] = [];
  const deliveries: string[] = [];
  const gaps: unknown[] = [];
  let caughtUp = 0;
  return {
    ids,
    deliveries,
    gaps,
    get caughtUp() {
      return caughtUp;
    },
    onPublications(
      publications: { notification: { id: string } }[],
      details: { delivery: string; away: boolean },
    ) {
      ids.push(...publications.map(({ notification }) => notification.id));
      deliveries.push(`${details.delivery}${details.away ? ' away' : ''}`);
    },
    onGap: (...gap: unknown[]) => gaps.push(gap),
    onCaughtUp: () => caughtUp++,
  };
};

beforeEach(async () => {
  gateway = new Gateway();
  await gateway.listen();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients.splice(0)) client.close();
  await gateway.close();
});

describe('createNotificationClient', () => {
  it('should show publications pushed after the subscription was acknowledged', async () => {
    const seen = recorder();
    const client = open();
    client.subscribe('all', seen);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.publish(3);
    await vi.waitFor(() => expect(seen.ids).toEqual(['n1', 'n2', 'n3']));
    expect(seen.deliveries).toEqual(['live', 'live', 'live']);
  });

  it('should recover missed notifications from the stored position', async () => {
    const positions = memoryPositions();
    gateway.publish(5);
    positions.set('all', { epoch: 'e', offset: 2 });
    const seen = recorder();
    open({ positions }).subscribe('all', seen, { position: { epoch: 'e', offset: 5 } });
    await vi.waitFor(() => expect(seen.ids).toEqual(['n3', 'n4', 'n5']));
    expect(seen.deliveries).toEqual(['recovered away']);
    expect(positions.get('all')).toEqual({ epoch: 'e', offset: 5 });
  });

  it('should fill a gap after half a second without reporting a disconnect', async () => {
    const seen = recorder();
    const statuses: ClientStatus[] = [];
    const client = open();
    client.on('status', (status) => statuses.push(status));
    client.subscribe('all', seen);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.publish(1, { push: false });
    gateway.publish(1);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(seen.ids).toEqual([]);
    await vi.waitFor(() => expect(seen.ids).toEqual(['n1', 'n2']));
    expect(gateway.requests).toHaveLength(2);
    expect(statuses).toEqual(['live']);
  });

  it('should reconnect and recover after losing the connection', async () => {
    const seen = recorder();
    const client = open();
    client.subscribe('all', seen);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.publish();
    await vi.waitFor(() => expect(seen.ids).toHaveLength(1));
    gateway.sockets[0]?.conn.close();
    await vi.waitFor(() => expect(client.status).toBe('reconnecting'));
    gateway.publish(2);
    await vi.waitFor(() => expect(seen.ids).toEqual(['n1', 'n2', 'n3']));
    await vi.waitFor(() => expect(client.status).toBe('live'));
    expect(seen.deliveries.at(-1)).toBe('recovered away');
  });

  it('should recover immediately if the connection died silently during sleep', async () => {
    const seen = recorder();
    const client = open();
    client.subscribe('all', seen);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    await gateway.sockets[0]?.leave('all');
    gateway.publish(3);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    // 8 s is less than `TIMING.quiet`, so only the detected sleep can cause this recovery.
    await vi.waitFor(() => expect(seen.ids).toEqual(['n1', 'n2', 'n3']), 8_000);
    expect(gateway.sockets).toHaveLength(2);
    expect(seen.gaps).toEqual([]);
  });

  it('should reconnect when the server closes the connection', async () => {
    const client = open();
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.disconnect(true);
    await vi.waitFor(() => expect(gateway.sockets).toHaveLength(2));
    await vi.waitFor(() => expect(client.status).toBe('live'));
  });

  it('should switch connections without reporting a disconnect when the server drains', async () => {
    const seen = recorder();
    const client = open();
    client.subscribe('all', seen);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    const statuses: ClientStatus[] = [];
    client.on('status', (status) => statuses.push(status));
    gateway.sockets[0]?.emit('draining', { reconnectAfterMs: 10 });
    await vi.waitFor(() => expect(gateway.requests).toHaveLength(2));
    await vi.waitFor(() => expect(gateway.sockets[0]?.connected).toBe(false));
    gateway.publish(2);
    await vi.waitFor(() => expect(seen.ids).toEqual(['n1', 'n2']));
    expect(statuses).toEqual([]);
    expect(seen.deliveries).toEqual(['live', 'live']);
  });

  it('should report a gap and show the newest page if the server has a different epoch', async () => {
    gateway.publish(2);
    const seen = recorder();
    open().subscribe('all', seen, { position: { epoch: 'lost', offset: 7 } });
    await vi.waitFor(() => expect(seen.ids).toEqual(['n1', 'n2']));
    expect(seen.deliveries).toEqual(['snapshot away']);
    expect(seen.gaps).toEqual([[{ epoch: 'lost', offset: 7 }, { epoch: 'e', offset: 2 }, { erased: false }]]);
  });

  it('should retry a subscription after a temporary refusal', async () => {
    const error = { code: 'unavailable', message: 'not now', temporary: true } as const;
    gateway.respond = () => ({ ok: false, error });
    const errors: string[] = [];
    const client = open();
    client.on('error', ({ message }) => errors.push(message));
    client.subscribe('all', {});
    await vi.waitFor(() => expect(gateway.requests.length).toBeGreaterThan(1));
    expect(client.status).toBe('connecting');
    gateway.respond = (request) => gateway.page(request);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    expect(errors[0]).toBe('all: not now');
  });

  it('should report a permanent refusal and not retry the subscription', async () => {
    const error = { code: 'invalid_request', message: 'no', temporary: false } as const;
    gateway.respond = ({ feed }) => (feed === 'all' ? { ok: false, error } : gateway.page({ feed }));
    const refused = vi.fn();
    const client = open();
    client.subscribe('all', { onRefused: refused });
    client.subscribe('topic:a', {});
    await vi.waitFor(() => expect(refused).toHaveBeenCalledWith(error));
    await vi.waitFor(() => expect(client.status).toBe('live'));
    expect(gateway.requests).toHaveLength(2);
  });

  it('should send the token and the client id, and retry when getToken rejects', async () => {
    let calls = 0;
    const client = open({
      clientId: 'c1',
      getToken: () => (calls++ === 0 ? Promise.reject(new Error('later')) : Promise.resolve('t')),
    });
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    expect(gateway.sockets[0]?.handshake.auth).toEqual({ clientId: 'c1', token: 't' });
  });

  it('should report why the server refuses the connection, and keep trying', async () => {
    let refusals = 0;
    const refused = { code: 'unauthorized', message: 'the token has expired', temporary: false };
    gateway.io.use((_socket, next) => {
      if (refusals++ > 0) return next();
      next(Object.assign(new Error('unauthorized: the token has expired'), { data: refused }));
    });
    const errors: unknown[] = [];
    const client = open();
    client.on('error', (error) => errors.push(error));
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    expect(errors).toEqual([expect.objectContaining(refused)]);
  });

  it('should fall back to polling when WebSocket is unavailable', async () => {
    await gateway.close();
    gateway = new Gateway();
    gateway.io.engine.opts.transports = ['polling'];
    await gateway.listen();
    const client = open();
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    expect(gateway.sockets[0]?.conn.transport.name).toBe('polling');
  });

  it('should report errors thrown by handlers and continue', async () => {
    const errors: string[] = [];
    const client = open();
    client.on('error', ({ message }) => errors.push(message));
    const subscription = client.subscribe('all', {
      onPublications: () => {
        throw new Error('handler');
      },
    });
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.publish(2);
    await vi.waitFor(() => expect(subscription.position?.offset).toBe(2));
    expect(errors).toEqual(['handler', 'handler']);
  });

  it('should keep connecting and subscribing if an error listener throws', async () => {
    const thrown: unknown[] = [];
    const microtask = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      void Promise.resolve()
        .then(task)
        .catch((error: unknown) => thrown.push(error));
    });
    let refusals = 0;
    gateway.io.use((_socket, next) =>
      next(
        refusals++ > 0
          ? undefined
          : Object.assign(new Error(), { data: { code: 'unavailable', message: 'x', temporary: true } }),
      ),
    );
    const error = { code: 'unavailable', message: 'not now', temporary: true } as const;
    gateway.respond = () => ({ ok: false, error });
    const errors: string[] = [];
    const client = open();
    client.on('error', () => {
      throw new Error('listener');
    });
    client.on('error', ({ message }) => errors.push(message));
    client.subscribe('all', {});
    await vi.waitFor(() => expect(errors).toEqual(['x', 'all: not now']));
    gateway.respond = (request) => gateway.page(request);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    microtask.mockRestore();
    expect(thrown).toEqual([new Error('listener'), new Error('listener')]);
  });

  it('should skip malformed events', async () => {
    const errors: string[] = [];
    const client = open();
    client.on('error', ({ message }) => errors.push(message));
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('publications', { feed: 'all', epoch: 'e', publications: [{ offset: 'x' }] });
    gateway.sockets[0]?.emit('position', null);
    await vi.waitFor(() => expect(errors).toHaveLength(2));
  });

  it('should reject a second subscription to a feed until the first is closed', async () => {
    const client = open();
    const subscription = client.subscribe('all', {});
    expect(() => client.subscribe('all', {})).toThrow(TypeError);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    subscription.close();
    client.subscribe('all', {});
    await vi.waitFor(() => expect(gateway.requests).toHaveLength(2));
  });

  it('should leave no timers and call no handlers after close', async () => {
    const seen = recorder();
    const client = open();
    client.subscribe('all', seen);
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.publish(1, { push: false });
    gateway.publish(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.close();
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(seen.ids).toEqual([]);
    expect(gateway.requests).toHaveLength(1);
    await vi.waitFor(() => expect(gateway.sockets[0]?.connected).toBe(false));
  });
});
