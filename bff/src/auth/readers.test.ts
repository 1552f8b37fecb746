import { SECRETS, problemSchema } from '@tocsin/contracts';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, secondsFromNow, secretToken } from '../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({ AUTH_MODE: 'jwt', JWT_CLOCK_SKEW: '0' }, { [SECRETS.jwt.name]: SECRET });
});
afterAll(async () => {
  bff.closeSockets();
  await bff.stop();
});

/** Subscribes a reader to feeds and collects the received ids. `outcomes` has `ok` or the error code for each feed. */
async function reader(token: string, feeds: readonly string[]) {
  const socket = await bff.connect(token);
  const ids: string[] = [];
  socket.on('publications', (event: { publications: { notification: { id: string } }[] }) => {
    ids.push(...event.publications.map(({ notification }) => notification.id));
  });
  const outcomes: string[] = [];
  for (const feed of feeds) {
    const answer = await bff.subscribe(socket, feed);
    outcomes.push(answer.ok ? 'ok' : answer.error.code);
  }
  return { socket, ids, outcomes };
}
const once = (socket: Socket, event: string) =>
  new Promise<Record<string, unknown>>((resolve) => socket.once(event, resolve));
const waitForDisconnect = (socket: Socket) => new Promise((resolve) => socket.once('disconnect', resolve));

describe('two users', () => {
  const FEEDS = ['all', 'user:ada', 'user:ben', 'topic:orders-eu', 'topic:stock'];

  it('should only receive live publications from their own feeds and topics', async () => {
    const ada = await reader(secretToken({ sub: 'ada', feeds: ['orders*'] }), FEEDS);
    const adasOtherTab = await reader(secretToken({ sub: 'ada' }), FEEDS);
    const ben = await reader(secretToken({ sub: 'ben', feeds: ['stock'] }), FEEDS);
    expect(ada.outcomes).toEqual(['ok', 'ok', 'forbidden', 'ok', 'forbidden']);
    expect(adasOtherTab.outcomes).toEqual(['ok', 'ok', 'forbidden', 'forbidden', 'forbidden']);
    expect(ben.outcomes).toEqual(['ok', 'forbidden', 'ok', 'forbidden', 'ok']);
    for (const feed of [...FEEDS.slice(1), 'all']) await bff.publish(feed, `for-${feed}`);
    for (const { ids } of [ada, adasOtherTab, ben]) await expect.poll(() => ids).toContain('for-all');
    expect(ada.ids).toEqual(['for-user:ada', 'for-topic:orders-eu', 'for-all']);
    expect(adasOtherTab.ids).toEqual(['for-user:ada', 'for-all']);
    expect(ben.ids).toEqual(['for-user:ben', 'for-topic:stock', 'for-all']);
  });

  it('should only get pages of their own feeds', async () => {
    const statuses = async (token: string) => {
      const requests = FEEDS.map(async (feed) => {
        const response = await bff.page(feed, { authorization: `Bearer ${token}` });
        const body: unknown = await response.json();
        if (response.status === 403) expect(problemSchema.parse(body).code).toBe('forbidden');
        return response.status;
      });
      return Promise.all(requests);
    };
    expect(await statuses(secretToken({ sub: 'ada', feeds: ['orders*'] }))).toEqual([
      200, 200, 403, 200, 403,
    ]);
    expect(await statuses(secretToken({ sub: 'ben' }))).toEqual([200, 403, 200, 403, 403]);
  });

  it('should get status 400 rather than 403 for a malformed feed name', async () => {
    const response = await bff.page('user:', { authorization: `Bearer ${secretToken()}` });
    expect(response.status).toBe(400);
  });
});

// These run concurrently because some wait for a token to expire.
describe.concurrent('a connection with a token', () => {
  it('should get a warning and a closing event with a code, then be disconnected when the token expires', async ({
    expect,
  }) => {
    const { socket } = await reader(secretToken({ exp: secondsFromNow(6) }), ['all']);
    const expiring = await once(socket, 'token-expiring');
    expect(expiring.expiresInMs).toBeGreaterThan(0);
    expect(expiring.expiresInMs).toBeLessThan(1_500);
    const closing = once(socket, 'closing');
    const end = waitForDisconnect(socket);
    expect(await closing).toMatchObject({ code: 'token_expired' });
    expect(await end).toBe('io server disconnect');
    expect(
      await bff.handshake(bff.socketWith({ token: secretToken({ exp: secondsFromNow(-1) }) })),
    ).toMatchObject({
      connected: false,
    });
  });

  it('should stay open if it sends a new token before the old token expires', async ({ expect }) => {
    const { socket, ids } = await reader(secretToken({ exp: secondsFromNow(6) }), ['all', 'user:user-1']);
    let isOver = false;
    socket.on('closing', () => (isOver = true));
    socket.on('disconnect', () => (isOver = true));
    await once(socket, 'token-expiring');
    expect(await bff.renew(socket, secretToken({ exp: secondsFromNow(60) }))).toEqual({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await bff.publish('user:user-1', 'after-the-first-token');
    await expect.poll(() => ids).toContain('after-the-first-token');
    expect(isOver).toBe(false);
  });

  it('should end when its token expires if all new tokens are refused', async ({ expect }) => {
    const { socket } = await reader(secretToken({ exp: secondsFromNow(6) }), ['all']);
    const end = waitForDisconnect(socket);
    const answers = [
      await bff.renew(socket, secretToken({ exp: secondsFromNow(-5) })),
      await bff.renew(socket, 'x'),
      await bff.renew(socket, 7),
      await bff.renew(socket, secretToken({ sub: 'another-user' })),
    ];
    expect(answers.map((answer) => answer.ok || answer.error.code)).toEqual([
      'unauthorized',
      'unauthorized',
      'invalid_request',
      'forbidden',
    ]);
    await end;
  });

  it("should be closed when the new token doesn't permit all subscribed feeds", async ({ expect }) => {
    const { socket, ids } = await reader(secretToken({ feeds: ['orders', 'stock'] }), ['topic:orders']);
    expect(await bff.renew(socket, secretToken({ feeds: ['orders'] }))).toEqual({ ok: true });
    await bff.publish('topic:orders', 'before-the-change');
    await expect.poll(() => ids).toContain('before-the-change');
    const closing = once(socket, 'closing');
    const end = waitForDisconnect(socket);
    expect(await bff.renew(socket, secretToken())).toEqual({ ok: true });
    expect(await closing).toMatchObject({ code: 'forbidden' });
    await end;
  });

  it('should be closed if it sends too many invalid tokens', async ({ expect }) => {
    const { socket } = await reader(secretToken(), []);
    const closing = once(socket, 'closing');
    for (let i = 0; i < 20; i++) socket.emit('token', { token: `guess-${i}` }, () => undefined);
    expect(await closing).toMatchObject({ code: 'too_many_invalid_requests' });
  });
});

describe('an instance that does not require tokens', () => {
  it('should report that tokens are not required, and ignore invalid tokens', async () => {
    const open = await serveBff({});
    try {
      expect(await (await fetch(`${open.url}/readyz`)).json()).toEqual({ status: 'ready', auth: 'none' });
      expect((await open.page('user:anybody', { authorization: 'Bearer x' })).status).toBe(200);
      const socket = await open.connect('x');
      expect(await open.subscribe(socket, 'user:anybody')).toMatchObject({ ok: true });
      expect(await open.renew(socket, 'y')).toEqual({ ok: true });
    } finally {
      await open.stop();
    }
  });
});

describe('an instance that requires tokens', () => {
  it("should not be ready without a valid secret, and should report that tokens can't be checked", async () => {
    const waiting = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: 'too short' });
    try {
      await expect.poll(async () => (await fetch(`${waiting.url}/readyz`)).text()).toContain('has 9 bytes');
      const response = await waiting.page('all', { authorization: `Bearer ${secretToken()}` });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      const result = await waiting.handshake(waiting.socketWith({ token: secretToken() }));
      expect(result).toMatchObject({ error: { data: { code: 'unavailable', temporary: true } } });
    } finally {
      await waiting.stop();
    }
  });

  it('should be ready with a valid secret, and report on /readyz that it requires tokens', async () => {
    expect(await (await fetch(`${bff.url}/readyz`)).json()).toEqual({ status: 'ready', auth: 'jwt' });
  });
});
