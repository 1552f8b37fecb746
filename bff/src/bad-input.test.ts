import { problemSchema, type SubscribeAnswer } from '@tocsin/contracts';
import { parseConfig, type RunningApp } from '@tocsin/service';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBff } from './app.ts';
import { bffSettings } from './config.ts';
import { memoryBackend } from './memory/backend.ts';
import { freePort } from '../testing/free-port.ts';

let bff: RunningApp;
let url: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const settings = parseConfig(bffSettings, { PORT: String(port), LOG_LEVEL: 'silent', DRAIN_MS: '0' });
  bff = await startBff(settings, memoryBackend());
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => bff.stop());

describe('GET /app/notifications', () => {
  it.each([
    ['feed=', 'feed'],
    ['feed=everyone', 'feed'],
    ['feed=topic:', 'feed'],
    ['feed=topic:a%20b', 'feed'],
    [`feed=topic:${'x'.repeat(129)}`, 'feed'],
    ['feed=user:', 'feed'],
    [`feed=user:${'x'.repeat(256)}`, 'feed'],
    ['feed=user:%00', 'feed'],
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=05', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['epoch=1-a', 'epoch'],
    ['after=1', 'epoch'],
    ['before=1', 'epoch'],
    ['epoch=1-a&after=1&before=2', 'before'],
    ['epoch=1-a&after=-1', 'after'],
    ['epoch=1-a&after=9007199254740992', 'after'],
    ['epoch=1-a&before=0', 'before'],
    [`epoch=${'x'.repeat(65)}&after=1`, 'epoch'],
    ['epoch=&after=1', 'epoch'],
    ['limit=1&limit=2', 'limit'],
    ['feed=all&feed=all', 'feed'],
    ['offset=1', 'offset'],
    ['feed=user:%ED%A0%80', ''],
    ['feed=user:%zz', ''],
  ])('should refuse %s', async (query, path) => {
    const response = await fetch(`${url}/app/notifications?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = problemSchema.parse(await response.json());
    expect(problem.code).toBe('invalid_query');
    expect(problem.errors?.map((fault) => fault.path)).toContain(path);
  });

  it('should accept the largest safe integer as an offset', async () => {
    const { epoch } = (await (await fetch(`${url}/app/notifications`)).json()) as { epoch: string };
    const response = await fetch(`${url}/app/notifications?epoch=${epoch}&after=${Number.MAX_SAFE_INTEGER}`);
    expect(await response.json()).toMatchObject({ recovered: false, publications: [] });
  });

  it('should refuse other methods and unknown paths', async () => {
    const post = await fetch(`${url}/app/notifications`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${url}/app/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/dapr/subscribe`)).status).toBe(404);
  });
});

describe('the socket', () => {
  async function connect(): Promise<Socket> {
    const socket = io(url, { path: '/hubs', transports: ['websocket'], forceNew: true, reconnection: false });
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  }

  async function refuse(payload: unknown) {
    const socket = await connect();
    const answer = (await socket.timeout(5_000).emitWithAck('subscribe', payload)) as SubscribeAnswer;
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_request', temporary: false } });
    expect(JSON.stringify(answer).length).toBeLessThan(6_000);
  }

  it.each([
    [null],
    ['all'],
    [7],
    [[]],
    [{}],
    [{ feed: 'everyone' }],
    [{ feed: 'all', more: 1 }],
    [{ feed: 'all', position: null }],
    [{ feed: 'all', position: { epoch: '1-a' } }],
    [{ feed: 'all', position: { epoch: '', offset: 1 } }],
    [{ feed: 'all', position: { epoch: '1-a', offset: -1 } }],
    [{ feed: 'all', position: { epoch: '1-a', offset: 1.5 } }],
    [{ feed: 'all', position: { epoch: '1-a', offset: '1' } }],
    [Buffer.from('all')],
  ])('should refuse a subscription to %j', (payload) => refuse(payload));

  it('should refuse a subscription with thousands of unknown members, with a short error', () =>
    refuse(Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`k${i}`, 1]))));

  it('should refuse unknown events', async () => {
    const socket = await connect();
    const answer: unknown = await socket.timeout(5_000).emitWithAck('publish', { feed: 'all' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'unknown_event' } });
  });

  it('should close the connection with a reason on the twentieth invalid request within a minute', async () => {
    const socket = await connect();
    const closing = new Promise((resolve) => socket.once('closing', resolve));
    const disconnected = new Promise((resolve) => socket.once('disconnect', resolve));
    for (let i = 0; i < 20; i++) socket.emit('subscribe', i);
    expect(await closing).toMatchObject({ code: 'too_many_invalid_requests' });
    await disconnected;
  });

  it("should report that it can't recover from a position past the head", async () => {
    const socket = await connect();
    const now = (await socket.emitWithAck('subscribe', { feed: 'all' })) as { epoch: string; offset: number };
    const position = { epoch: now.epoch, offset: now.offset + 5 };
    const answer: unknown = await socket.emitWithAck('subscribe', { feed: 'all', position });
    expect(answer).toMatchObject({ ok: true, recovered: false, offset: now.offset, more: false });
  });
});
