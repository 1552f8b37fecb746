import { MAX_REVOCATION_AHEAD_MS, MAX_REVOCATIONS, SECRETS, revocationsSchema } from '@tocsin/contracts';
import { RevocationList } from '@tocsin/service';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemoryReaderStore } from '../memory/reader-store.ts';
import { SECRET, secondsFromNow, secretToken } from '../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';
import { Revocations } from './revocations.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
});
afterEach(() => bff.closeSockets());
afterAll(() => bff.stop());

const ops = (path = '', init: RequestInit = {}, token = secretToken({ sub: 'root', roles: ['ops'] })) =>
  fetch(`${bff.url}/app/ops/revocations${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...JSON_TYPE },
  });
const revoke = (body: unknown) => ops('', { method: 'POST', body: JSON.stringify(body) });
const lift = (sub: string) => ops(`/${encodeURIComponent(sub)}`, { method: 'DELETE' });
const status = async (token: string) => (await bff.page('all', { authorization: `Bearer ${token}` })).status;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const waitForClosing = (socket: Socket) => new Promise((resolve) => socket.once('closing', resolve));
const waitForDisconnect = (socket: Socket) => new Promise((resolve) => socket.once('disconnect', resolve));

describe('revoking a subject', () => {
  it("should close the subject's connections, reject their tokens everywhere, and not affect other subjects", async () => {
    const token = secretToken({ sub: 'eve', iat: secondsFromNow(-10) });
    const other = await bff.connect(secretToken({ sub: 'evelyn', iat: secondsFromNow(-10) }));
    const sockets = [await bff.connect(token), await bff.connect(token)];
    const closings = sockets.map(waitForClosing);
    const disconnections = sockets.map(waitForDisconnect);
    const response = await revoke({ sub: 'eve' });
    expect([response.status, await response.json()]).toMatchObject([200, { sub: 'eve' }]);
    for (const event of await Promise.all(closings)) {
      expect(event).toEqual({ code: 'token_revoked', message: 'the token was revoked; sign in again' });
    }
    await Promise.all(disconnections);
    expect(await status(token)).toBe(401);
    expect(await bff.handshake(bff.socketWith({ token }))).toMatchObject({
      connected: false,
      error: { data: { code: 'unauthorized', message: 'the token was revoked', temporary: false } },
    });
    expect(await bff.renew(other, secretToken({ sub: 'evelyn' }))).toEqual({ ok: true });
    expect(other.connected).toBe(true);
  });

  it('should reject all their tokens except those issued after the revocation', async () => {
    const before = secondsFromNow(-100);
    await revoke({ sub: 'zoë: 1/2', before: iso(before) });
    const statusIfIssuedAt = (iat: number | undefined) => status(secretToken({ sub: 'zoë: 1/2', iat }));
    expect(await statusIfIssuedAt(before - 1)).toBe(401);
    expect(await statusIfIssuedAt(before)).toBe(401);
    expect(await statusIfIssuedAt(before + 1)).toBe(200);
    expect(await statusIfIssuedAt(undefined)).toBe(401);
    expect(await statusIfIssuedAt(secondsFromNow(29))).toBe(200);
    expect(await statusIfIssuedAt(secondsFromNow(40))).toBe(401);
    expect(await status(secretToken({ sub: 'zoë: 1' }))).toBe(200);
  });

  it('should prevent a revoked token from renewing a connection', async () => {
    await revoke({ sub: 'ren', before: iso(secondsFromNow(-50)) });
    const socket = await bff.connect(secretToken({ sub: 'ren', iat: secondsFromNow(-10) }));
    expect(await bff.renew(socket, secretToken({ sub: 'ren', iat: secondsFromNow(-60) }))).toMatchObject({
      ok: false,
      error: { code: 'unauthorized', message: 'the token was revoked' },
    });
  });

  it('should keep the later time if a subject is revoked twice, and have no effect once the revocation is lifted', async () => {
    const [early, late] = [iso(secondsFromNow(-90)), iso(secondsFromNow(-80))];
    await revoke({ sub: 'sue', before: late });
    expect(await (await revoke({ sub: 'sue', before: early })).json()).toMatchObject({ before: late });
    const { revocations } = revocationsSchema.parse(await (await ops()).json());
    expect(revocations.filter(({ sub }) => sub === 'sue')).toMatchObject([{ before: late }]);
    expect(revocations.map(({ sub }) => sub)).toEqual([...revocations.map(({ sub }) => sub)].sort());
    expect((await lift('sue')).status).toBe(204);
    expect((await lift('sue')).status).toBe(404);
    expect(await status(secretToken({ sub: 'sue' }))).toBe(200);
  });

  it.each([
    [{}, ['sub']],
    [{ sub: '', before: 'now' }, ['sub', 'before']],
    [{ sub: 'a\nb', more: 1 }, ['sub', 'more']],
    [{ sub: 'a', before: new Date(Date.now() + MAX_REVOCATION_AHEAD_MS + 60_000).toISOString() }, ['before']],
  ])('should report all errors in an invalid request: %j', async (body, paths) => {
    const response = await revoke(body);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual([...paths].sort());
  });

  it('should be available only to operators', async () => {
    const init = { method: 'POST', body: '{"sub":"ada"}' };
    expect((await ops('', init, secretToken({ roles: [] }))).status).toBe(403);
    expect((await ops('', init, 'x')).status).toBe(401);
    expect((await ops('/ada', { method: 'PUT' })).status).toBe(405);
    expect(await status(secretToken({ sub: 'ada' }))).toBe(200);
  });
});

describe('revocations in the store', () => {
  const document = (store: MemoryReaderStore) => ({
    read: () => store.read('r'),
    write: (value: object, etag: string | undefined) => store.write('r', value, etag),
  });
  const setUp = (tokenLifeMs?: number) => {
    const store = new MemoryReaderStore();
    const clock = { now: 1_000_000 };
    const list = new RevocationList({ document: document(store), tokenLifeMs, now: () => clock.now });
    return { store, clock, list };
  };
  const watch = (list: RevocationList, everyMs = 10) => {
    const faults: unknown[] = [];
    const watched = new Revocations({ store: list, onError: (fault) => faults.push(fault), everyMs });
    return { watched, faults };
  };

  it('should reach other instances, including instances that start later', async () => {
    const { list } = setUp();
    const [first, second] = [watch(list).watched, watch(list).watched];
    let calls = 0;
    second.onRevoked(() => calls++);
    await first.revoke('ada', 900_000);
    expect(first.refuses({ sub: 'ada', issuedAt: 900_000 })).toBe(true);
    await expect.poll(() => second.refuses({ sub: 'ada', issuedAt: 900_000 })).toBe(true);
    expect([
      second.refuses({ sub: 'ada', issuedAt: 900_001 }),
      second.refuses({ sub: 'ada' }),
      calls,
    ]).toEqual([...[false, true, 1]]);
    const { watched: third } = watch(list);
    expect(third.isLoaded).toBe(false);
    await expect.poll(() => third.refuses({ sub: 'ada' })).toBe(true);
    await second.lift('ada');
    await expect.poll(() => first.refuses({ sub: 'ada' })).toBe(false);
    for (const instance of [first, second, third]) instance.stop();
  });

  it('should stay in force while the store is unavailable, and be restored to a store that lost them', async () => {
    const { store, list } = setUp();
    const { watched, faults } = watch(list);
    await watched.revoke('ada', 900_000);
    const { read } = store;
    store.read = () => Promise.reject(new Error('unavailable'));
    await expect.poll(() => faults.length).toBe(1);
    await expect(watched.revoke('ben', 1)).rejects.toThrow('unavailable');
    expect(watched.refuses({ sub: 'ada' })).toBe(true);
    store.read = read.bind(store);
    await store.remove(['r']);
    await expect.poll(async () => (await list.read())?.length).toBe(1);
    expect(watched.refuses({ sub: 'ada' })).toBe(true);
    watched.stop();
  });

  it('should be restored before the next change if the store lost them', async () => {
    const { store, list } = setUp();
    const { watched } = watch(list, 60_000);
    await watched.revoke('ada', 900_000);
    await store.remove(['r']);
    await watched.revoke('ben', 900_000);
    expect(watched.refuses({ sub: 'ada' })).toBe(true);
    await store.remove(['r']);
    expect(await watched.lift('ben')).toBe(true);
    expect((await list.read())?.map(({ sub }) => sub)).toEqual(['ada']);
    watched.stop();
  });

  it('should expire after the maximum token lifetime, or never if there is no maximum', async () => {
    const [bounded, unbounded] = [setUp(5_000), setUp()];
    for (const { list, clock } of [bounded, unbounded]) {
      await list.revoke('ada', 1_000_000);
      clock.now += 4_999;
      expect(await list.read()).toHaveLength(1);
      clock.now += 2;
    }
    expect(await bounded.list.read()).toEqual([]);
    unbounded.clock.now += 1e12;
    expect(await unbounded.list.read()).toHaveLength(1);
  });

  it('should be limited in number and size, and the error should say how to make room', async () => {
    const { store, list } = setUp();
    const at = new Date(0).toISOString();
    const full = Array.from({ length: MAX_REVOCATIONS }, (_, i) => ({ sub: `s${i}`, before: at, at }));
    await store.write('r', { v: 1, revocations: full }, undefined);
    await expect(list.revoke('one-more', 1)).rejects.toThrow('set JWT_MAX_AGE');
    await list.revoke('s7', 5);
    expect(await list.read()).toHaveLength(MAX_REVOCATIONS);
    await store.remove(['r']);
    const fillWithLongNames = async () => {
      for (let i = 0; i < MAX_REVOCATIONS; i++) await list.revoke(`${'😀'.repeat(250)}${i}`, 1);
    };
    await expect(fillWithLongNames()).rejects.toThrow('100000 bytes');
  });

  it('should all be kept if made concurrently', async () => {
    const { list } = setUp();
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((sub) => list.revoke(sub, 1)));
    expect((await list.read())?.map(({ sub }) => sub)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

it('should audit the creation or removal of a revocation as uncertain if the change may not have been saved', async () => {
  const readers = new MemoryReaderStore();
  const served = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET }, { readers });
  const headers = {
    authorization: `Bearer ${secretToken({ sub: 'root', roles: ['ops'] })}`,
    ...JSON_TYPE,
  };
  const send = async (method: string, path = '', body?: string) => {
    const url = `${served.url}/app/ops/revocations${path}`;
    return (await fetch(url, { method, headers, ...(body !== undefined && { body }) })).status;
  };
  expect(await send('POST', '', '{"sub":"ada"}')).toBe(200);
  readers.write = () => Promise.reject(new Error('unavailable'));
  expect(await send('POST', '', '{"sub":"ben"}')).toBe(503);
  expect(await send('DELETE', '/ada')).toBe(503);
  expect(await send('DELETE', '/cyd')).toBe(404);
  const noted = async () =>
    (await served.backend.auditReader.read(undefined, 100)).map(({ value }) => value).reverse();
  const ids = (sub: string) => ({ count: 1, first: [sub] });
  await expect.poll(noted).toMatchObject([
    { action: 'reader-revoked', outcome: 'done', ids: ids('ada') },
    { action: 'reader-revoked', outcome: 'uncertain', ids: ids('ben') },
    { action: 'reader-restored', outcome: 'uncertain', ids: ids('ada') },
  ]);
  await served.stop();
});

it('should refuse tokens temporarily until the revocations have been read', async () => {
  const readers = new MemoryReaderStore();
  readers.read = () => Promise.reject(new Error('unavailable'));
  const starting = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET }, { readers });
  const answer = () => starting.page('all', { authorization: `Bearer ${secretToken()}` });
  expect((await answer()).status).toBe(503);
  expect((await fetch(`${starting.url}/readyz`)).status).toBe(503);
  readers.read = async () => undefined;
  await expect.poll(async () => (await answer()).status).toBe(200);
  await starting.stop();
});
