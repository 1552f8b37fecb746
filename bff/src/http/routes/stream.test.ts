import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { MAX_FEEDS_PER_CONNECTION, SECRETS, problemSchema, type Page } from '@tocsin/contracts';
import express from 'express';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, secondsFromNow, secretToken } from '../../../testing/forge.ts';
import { readStream, type ReadStream } from '../../../testing/read-stream.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { streamRoutes } from './stream.ts';

let bff: ServedBff;
let isServing = false;
const streams: ReadStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

afterAll(() => bff.stop());

const serve = async (env: Record<string, string> = {}, secrets: Record<string, string> = {}) => {
  if (isServing) await bff.stop();
  isServing = true;
  bff = await serveBff({ PING_INTERVAL_MS: '300', ...env }, secrets);
};
const open = async (query = '', headers: Record<string, string> = {}) => {
  const stream = await readStream(`${bff.url}/app/stream${query}`, headers);
  streams.push(stream);
  return stream;
};
const publish = async (feed: string, ...ids: string[]) => {
  for (const id of ids) await bff.publish(feed, id);
};
/** Reads until the stream ends. Returns all event names except positions, which can arrive at any time. */
const untilEnd = async (stream: ReadStream): Promise<string[]> => {
  const names: string[] = [];
  for (let next = await stream.next(); next; next = await stream.next()) names.push(next.event);
  return names.filter((name) => name !== 'position');
};
const idsOf = (data: object) =>
  (data as Page).publications.map(({ notification }) => notification?.id ?? null);

describe('a stream', () => {
  it("should start with the feed's position, then send each publication with the position after it", async () => {
    await serve();
    await publish('all', 'before');
    const stream = await open();
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    const first = await stream.nextOf('subscribed');
    expect(first.data).toMatchObject({ feed: 'all', offset: 1, recovered: true, publications: [] });
    const { epoch } = first.data as unknown as Page;
    expect(first.id).toBe(`all=${epoch}:1`);
    for (const [index, id] of ['one', 'two'].entries()) {
      await publish('all', id);
      const pushed = await stream.nextOf('publications');
      expect([pushed.id, idsOf(pushed.data)]).toEqual([`all=${epoch}:${index + 2}`, [id]]);
    }
  });

  it('should recover from the last event id, given as a header or parameter', async () => {
    await serve();
    const before = await open();
    const { id = '' } = await before.nextOf('subscribed');
    before.close();
    await publish('all', 'one', 'two');
    for (const [query, headers] of [
      ['', { 'last-event-id': id }],
      [`?lastEventId=${encodeURIComponent(id)}`, {}],
      ['?lastEventId=all%3Dold%3A9', { 'last-event-id': id }],
    ] as const) {
      const { data } = await (await open(query, headers)).nextOf('subscribed');
      expect(data).toMatchObject({ recovered: true, offset: 2 });
      expect(idsOf(data)).toEqual(['one', 'two']);
    }
  });

  it("should report that it can't recover from another epoch's position", async () => {
    await serve();
    await publish('all', 'one');
    const { data } = await (await open('', { 'last-event-id': 'all=old:9' })).nextOf('subscribed');
    expect(data).toMatchObject({ recovered: false, offset: 1 });
    expect(idsOf(data)).toEqual(['one']);
  });

  it('should send multiple pages without another request', async () => {
    await serve();
    const { id = '' } = await (await open()).nextOf('subscribed');
    const ids = Array.from({ length: 1_200 }, (_, index) => `n-${index}`);
    await bff.publishMany('all', ids.slice(0, 600));
    await bff.publishMany('all', ids.slice(600));
    const stream = await open('', { 'last-event-id': id });
    const { data } = await stream.nextOf('subscribed');
    expect(data).toMatchObject({ more: true, offset: 1_000 });
    const rest = await stream.nextOf('publications');
    expect([...idsOf(data), ...idsOf(rest.data)]).toEqual(ids);
  });

  it('should send multiple feeds, each from a different position', async () => {
    await serve();
    await publish('all', 'a1');
    const stream = await open('?feed=all&feed=topic:x');
    const responses = [await stream.nextOf('subscribed'), await stream.nextOf('subscribed')];
    expect(responses.map(({ data }) => data['feed'])).toEqual(['all', 'topic:x']);
    await publish('topic:x', 'x1');
    const { id = '' } = await stream.nextOf('publications');
    expect(id).toMatch(/^all=.+:1,topic:x=.+:1$/);
    stream.close();
    await publish('all', 'a2');
    await publish('topic:x', 'x2');
    // A reconnecting reader can drop a feed or add a new feed.
    const secondStream = await open('?feed=topic:new&feed=topic:x', { 'last-event-id': id });
    const [fresh, known] = [await secondStream.nextOf('subscribed'), await secondStream.nextOf('subscribed')];
    expect([idsOf(fresh.data), idsOf(known.data)]).toEqual([[], ['x2']]);
  });

  it('should send retractions, and changes that the reader made on other devices', async () => {
    await serve();
    await publish('all', 'one');
    const stream = await open('?clientId=me');
    await stream.nextOf('subscribed');
    await fetch(`${bff.url}/app/notifications/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ feed: 'all', offset: 1, clientId: 'me' }),
    });
    expect((await stream.nextOf('read')).data).toMatchObject({ feed: 'all', offset: 1 });
    await bff.retract('all', 'one');
    const gone = await stream.nextOf('publications');
    expect(gone.data['publications']).toMatchObject([{ offset: 2, id: 'one', gone: 'retracted' }]);
    expect((await stream.nextOf('retracted')).data).toEqual({ feed: 'all', ids: ['one'] });
  });

  it('should send heartbeats', async () => {
    await serve({ PING_INTERVAL_MS: '100' });
    const stream = await open();
    await stream.nextOf('subscribed');
    void untilEnd(stream);
    await expect.poll(() => stream.comments.length).toBeGreaterThan(2);
  });

  it('should end after a draining event when the instance stops', async () => {
    await serve({ DRAIN_MS: '1000' });
    const stream = await open();
    await stream.nextOf('subscribed');
    const stopped = bff.stop();
    const { data } = await stream.nextOf('draining');
    expect(data['reconnectAfterMs']).toBeLessThan(1_000);
    expect(await untilEnd(stream)).toEqual([]);
    await stopped;
    isServing = false;
  });
});

describe('a stream request', () => {
  beforeAll(() => serve());

  it.each([
    ['?feed=none', {}, 400, 'invalid_query', ['feed.0']],
    ['?feed=all&feed=all', {}, 400, 'invalid_query', ['feed']],
    ['?feed=all&token=secret', {}, 400, 'invalid_query', ['token']],
    ['?clientId=a&clientId=b', {}, 400, 'invalid_query', ['clientId']],
    ['?feed=%ff', {}, 400, 'invalid_query', ['']],
    [`?${'feed=topic:x&'.repeat(MAX_FEEDS_PER_CONNECTION + 1)}`, {}, 400, 'invalid_query', ['feed', 'feed']],
    ['', { 'last-event-id': '12' }, 400, 'invalid_request', undefined],
    ['?lastEventId=12', {}, 400, 'invalid_request', undefined],
  ])('should be refused with all errors listed: %.40s %o', async (query, headers, status, code, paths) => {
    const { response } = await open(query, headers);
    expect(response.status).toBe(status);
    const problem = problemSchema.parse(await response.json());
    expect(problem.code).toBe(code);
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
  });

  it('should get only the headers for HEAD, and be refused for any method other than GET and HEAD', async () => {
    const head = await fetch(`${bff.url}/app/stream`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const post = await fetch(`${bff.url}/app/stream`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe("a stream beyond the instance's connection limit", () => {
  it('should be refused, since streams and sockets share the limit', async () => {
    await serve({ MAX_CONNECTIONS: '2' });
    const socket: Socket = bff.socketWith({});
    await once(socket as never, 'connect');
    const first = await open();
    await first.nextOf('subscribed');
    const { response } = await open();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
    first.close();
    await expect.poll(async () => (await open()).response.status).toBe(200);
  });
});

it('should free the slots of all streams on a closed connection, including one queued behind another', async () => {
  await serve({ MAX_CONNECTIONS: '2' });
  const client = connect(Number(new URL(bff.url).port), '127.0.0.1');
  client.write('GET /app/stream HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2));
  await once(client, 'data');
  expect((await open()).response.status).toBe(429);
  client.destroy();
  for (let slots = 0; slots < 2; slots++)
    await expect.poll(async () => (await open()).response.status).toBe(200);
});

it('should not reserve a slot for a reader who disconnected while the token was being checked', async () => {
  let slots = 0;
  const app = express();
  const checked = new Promise<void>((resolve) => {
    app.use((request, _response, next) => {
      request.socket.once('close', () => {
        next();
        resolve();
      });
    });
  });
  const streams = { isDraining: false, add: () => ({}), remove: () => undefined };
  const admitStream = () => {
    slots++;
    return { release: () => slots-- };
  };
  app.use(streamRoutes({ streams: streams as never, admitStream, onSubscribed: () => undefined }));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET /app/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(server, 'request');
  client.destroy();
  await checked;
  server.close();
  expect(slots).toBe(0);
});

describe('a stream that requires a token', () => {
  const secret = { [SECRETS.jwt.name]: SECRET };
  const bearer = (claims: Record<string, unknown> = {}) => ({
    authorization: `Bearer ${secretToken({ sub: 'ben', ...claims })}`,
  });

  it("should be refused without a token, and for a feed that the token doesn't permit", async () => {
    await serve({ AUTH_MODE: 'jwt' }, secret);
    expect((await open()).response.status).toBe(401);
    expect((await open('?feed=all&feed=user:cleo', bearer())).response.status).toBe(403);
    const stream = await open('?feed=user:ben', bearer());
    expect((await stream.nextOf('subscribed')).data).toMatchObject({ feed: 'user:ben' });
  });

  it('should end when the token expires, after a warning and a closing event', async () => {
    await serve({ AUTH_MODE: 'jwt', JWT_CLOCK_SKEW: '0' }, secret);
    const stream = await open('', bearer({ exp: secondsFromNow(4) }));
    expect((await stream.nextOf('token-expiring')).data['expiresInMs']).toBeLessThan(60_000);
    expect((await stream.nextOf('closing')).data).toMatchObject({ code: 'token_expired' });
    expect(await untilEnd(stream)).toEqual([]);
  });

  it("should count toward the reader's connection limit", async () => {
    await serve({ AUTH_MODE: 'jwt', MAX_CONNECTIONS_PER_READER: '1' }, secret);
    await (await open('', bearer())).nextOf('subscribed');
    const { response } = await open('', bearer());
    expect(response.status).toBe(429);
    expect(problemSchema.parse(await response.json()).detail).toContain('MAX_CONNECTIONS_PER_READER');
    expect((await open('', bearer({ sub: 'cleo' }))).response.status).toBe(200);
  });
});
