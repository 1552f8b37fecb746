import { SECRETS, problemSchema } from '@tocsin/contracts';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { secretToken, SECRET } from '../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

let open: ServedBff;
let signedIn: ServedBff;
beforeAll(async () => {
  open = await serveBff({});
  signedIn = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
  for (const [bff, feed] of [
    [open, 'all'],
    [signedIn, 'all'],
    [signedIn, 'user:ada'],
  ] as const)
    for (const id of ['a', 'b', 'c']) await bff.publish(feed, `${id}-${feed}`);
});
afterEach(() => {
  open.closeSockets();
  signedIn.closeSockets();
});
afterAll(() => Promise.all([open.stop(), signedIn.stop()]));

const call = (
  bff: ServedBff,
  method: string,
  path: string,
  { body, token, type = 'application/json' }: { body?: unknown; token?: string; type?: string } = {},
) =>
  fetch(`${bff.url}/app${path}`, {
    method,
    headers: { 'content-type': type, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const mark = (bff: ServedBff, body: unknown, token?: string) =>
  call(bff, 'POST', '/notifications/read', { body, ...(token !== undefined && { token }) });

/** Connects a reader. Returns the connection and the reader's events. */
async function reader(bff: ServedBff, auth: Record<string, unknown>) {
  const socket: Socket = bff.socketWith(auth);
  const events: unknown[] = [];
  socket.on('read', (event: unknown) => events.push(event));
  socket.on('mutes', (event: unknown) => events.push(event));
  const result = await bff.handshake(socket);
  if (!result.connected) throw result.error;
  return { socket, events };
}

describe('a signed-in reader', () => {
  it('should receive the read state on every connection, and other readers should not', async () => {
    const token = secretToken({ sub: 'ada' });
    const tabs = [await reader(signedIn, { token, clientId: 'one' }), await reader(signedIn, { token })];
    const ben = await reader(signedIn, { token: secretToken({ sub: 'ben' }), clientId: 'one' });
    expect((await mark(signedIn, { feed: 'all', offset: 2 }, token)).status).toBe(204);
    const marked = { feed: 'user:ada', ids: ['c-user:ada'], clientId: 'one' };
    expect((await mark(signedIn, marked, token)).status).toBe(204);
    for (const { events } of tabs) {
      await expect
        .poll(() => events)
        .toEqual([
          { feed: 'all', epoch: expect.any(String) as string, offset: 2, ids: [] },
          { feed: 'user:ada', epoch: expect.any(String) as string, offset: 0, ids: ['c-user:ada'] },
        ]);
    }
    const [{ socket }] = tabs as [(typeof tabs)[0]];
    expect(await signedIn.subscribe(socket, 'all')).toMatchObject({ ok: true, read: { offset: 2, ids: [] } });
    const page = await signedIn.page('user:ada', { authorization: `Bearer ${token}` });
    expect(await page.json()).toMatchObject({ read: { offset: 0, ids: ['c-user:ada'] } });
    expect(await signedIn.subscribe(ben.socket, 'all')).toMatchObject({ read: { offset: 0, ids: [] } });
    expect(ben.events).toEqual([]);
  });

  it("should be refused if there's no token or the token doesn't permit the feed", async () => {
    const unauthorized = await mark(signedIn, { feed: 'all', offset: 1 });
    expect([unauthorized.status, unauthorized.headers.has('www-authenticate')]).toEqual([401, true]);
    const forbidden = await mark(
      signedIn,
      { feed: 'user:ada', offset: 1 },
      secretToken({ sub: 'ben', feeds: ['*'] }),
    );
    expect(forbidden.status).toBe(403);
    expect((await call(signedIn, 'GET', '/mutes')).status).toBe(401);
    expect((await call(signedIn, 'PUT', '/mutes', { body: { feeds: [], severities: [] } })).status).toBe(401);
  });
});

describe('a reader without sign-in', () => {
  it('should be identified by the clientId', async () => {
    const [one, other] = [await reader(open, { clientId: 'one' }), await reader(open, { clientId: 'other' })];
    expect((await mark(open, { feed: 'all', offset: 9, clientId: 'one' })).status).toBe(204);
    await expect.poll(() => one.events).toMatchObject([{ offset: 3 }]);
    expect(await open.subscribe(one.socket, 'all')).toMatchObject({
      offset: 3,
      read: { offset: 3, ids: [] },
    });
    expect(await open.subscribe(other.socket, 'all')).toMatchObject({ read: { offset: 0, ids: [] } });
    const page = await call(open, 'GET', '/notifications?clientId=one');
    expect(await page.json()).toMatchObject({ read: { offset: 3, ids: [] } });
    expect(other.events).toEqual([]);
  });

  it('should be anonymous without a valid clientId', async () => {
    const readers = [await reader(open, {}), await reader(open, { clientId: 'no name' })];
    expect((await mark(open, { feed: 'all', offset: 1 })).status).toBe(204);
    for (const { events } of readers) await expect.poll(() => events).toMatchObject([{ offset: 1 }]);
    expect(await (await open.page('all')).json()).toMatchObject({ read: { offset: 1, ids: [] } });
  });
});

describe('a read mark', () => {
  it.each([
    [{}, ['feed', 'offset']],
    [{ feed: 'everyone', offset: -1, ids: ['a b'], clientId: '', more: 1 }, 5],
    [{ feed: 'all', ids: [] }, ['ids']],
    [{ feed: 'all', offset: '1' }, ['offset']],
    [{ feed: 'all', offset: 1.5 }, ['offset']],
    [[], ['']],
  ])('should be refused with all errors listed: %j', async (body, faults) => {
    const response = await mark(open, body);
    expect(response.status).toBe(400);
    const problem = problemSchema.parse(await response.json());
    expect(problem.code).toBe('invalid_request');
    const paths = problem.errors?.map(({ path }) => path);
    if (typeof faults === 'number') expect(paths).toHaveLength(faults);
    else expect(paths).toEqual(faults);
  });

  it('should be accepted only as JSON in a POST request', async () => {
    expect((await mark(open, '{')).status).toBe(400);
    const plain = await call(open, 'POST', '/notifications/read', { body: '{}', type: 'text/plain' });
    expect(plain.status).toBe(415);
    const get = await call(open, 'GET', '/notifications/read');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await mark(open, JSON.stringify('x'.repeat(1_048_577)))).status).toBe(413);
  });
});

describe('mutes', () => {
  it('should be empty at first, then contain the last values set, and only be sent to the same reader', async () => {
    const [mine, other] = [await reader(open, { clientId: 'm' }), await reader(open, { clientId: 'n' })];
    const get = async (query: string) => (await call(open, 'GET', `/mutes${query}`)).json() as unknown;
    expect(await get('?clientId=m')).toEqual({ feeds: [], severities: [] });
    const muted = { feeds: ['topic:a', 'topic:a'], severities: ['info', 'warning'] };
    const put = await call(open, 'PUT', '/mutes', { body: { ...muted, clientId: 'm' } });
    expect(put.status).toBe(204);
    const kept = { ...muted, feeds: ['topic:a'] };
    expect(await get('?clientId=m')).toEqual(kept);
    await expect.poll(() => mine.events).toEqual([kept]);
    expect(await get('')).toEqual({ feeds: [], severities: [] });
    expect(other.events).toEqual([]);
  });

  it('should be refused with all errors listed if invalid', async () => {
    const put = await call(open, 'PUT', '/mutes', {
      body: { feeds: ['x'], severities: ['loud'], clientId: '' },
    });
    expect(put.status).toBe(400);
    expect(problemSchema.parse(await put.json()).errors).toHaveLength(3);
    expect((await call(open, 'GET', '/mutes?clientId=a%20b')).status).toBe(400);
    expect((await call(open, 'GET', '/mutes?clientId=a&clientId=b')).status).toBe(400);
    const post = await call(open, 'POST', '/mutes', { body: {} });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT']);
  });
});
