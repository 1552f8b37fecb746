import { strict as assert } from 'node:assert';
import {
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_FEEDS_PER_CONNECTION,
  MAX_INVALID_REQUESTS_PER_MINUTE,
  MAX_REQUEST_BURST,
} from '@tocsin/contracts';
import { socketCase, type Case } from '../case.ts';
import { assertPushed } from '../kit.ts';
import type { SocketReader } from '../transports/socket.ts';

async function assertRefused(
  socket: SocketReader,
  code: string,
  temporary: boolean,
  event: string,
  ...payload: unknown[]
): Promise<void> {
  const { ok, error } = (await socket.request(event, ...payload)) as {
    ok: boolean;
    error: Record<string, unknown>;
  };
  assert.equal(ok, false);
  assert.deepEqual([error['code'], error['temporary']], [code, temporary]);
  assert.ok(typeof error['message'] === 'string' && error['message'] !== '');
}

const subscribe = async (socket: SocketReader, feed: string) =>
  assert.equal((await socket.request('subscribe', { feed }))['ok'], true);

const invalidCase = (name: string, event: string, ...payload: unknown[]): Case =>
  socketCase(`rejects ${name} and keeps the connection`, [], async (kit, over) => {
    const socket = await kit.socket(over);
    await assertRefused(socket, 'invalid_request', false, event, ...payload);
    await subscribe(socket, kit.feed());
  });

const position = { epoch: '1-x', offset: 1 };

/** Rules for requests and responses on a socket. */
export const SOCKET: readonly Case[] = [
  invalidCase('a subscribe request without a feed', 'subscribe', {}),
  invalidCase("a subscribe request that isn't an object", 'subscribe', 'all'),
  invalidCase('an invalid feed name', 'subscribe', { feed: 'everything' }),
  invalidCase('a topic without a name', 'subscribe', { feed: 'topic:' }),
  invalidCase('a topic with forbidden characters', 'subscribe', { feed: 'topic:a b' }),
  invalidCase('a user feed with a control character', 'subscribe', { feed: 'user:a\u0000' }),
  invalidCase('a feed name of 10,000 characters', 'subscribe', { feed: `topic:${'x'.repeat(10_000)}` }),
  invalidCase('an unknown member', 'subscribe', { feed: 'all', limit: 5 }),
  invalidCase('a position without an epoch', 'subscribe', { feed: 'all', position: { offset: 1 } }),
  invalidCase('a negative offset', 'subscribe', { feed: 'all', position: { ...position, offset: -1 } }),
  invalidCase('a fractional offset', 'subscribe', {
    feed: 'all',
    position: { ...position, offset: 1.5 },
  }),
  invalidCase('a string as the offset', 'subscribe', {
    feed: 'all',
    position: { ...position, offset: '1' },
  }),
  invalidCase('an empty epoch', 'subscribe', { feed: 'all', position: { epoch: '', offset: 1 } }),
  invalidCase('two payloads', 'subscribe', { feed: 'all' }, { feed: 'all' }),
  invalidCase('an unsubscribe request without a feed', 'unsubscribe', {}),
  invalidCase('a token event without a token', 'token', {}),
  socketCase('rejects an unknown event', [], async (kit, over) => {
    const socket = await kit.socket(over);
    await assertRefused(socket, 'unknown_event', false, 'publish', { feed: 'all' });
    await assertRefused(socket, 'unknown_event', false, '__proto__', {});
  }),
  socketCase("survives events that don't request an acknowledgement", [], async (kit, over) => {
    const socket = await kit.socket(over);
    socket.emit('subscribe', { feed: kit.feed() });
    socket.emit('nothing');
    await subscribe(socket, kit.feed());
  }),
  socketCase('accepts an unsubscribe request for a feed without a subscription', [], async (kit, over) => {
    const socket = await kit.socket(over);
    assert.deepEqual(await socket.request('unsubscribe', { feed: kit.feed() }), { ok: true });
  }),
  socketCase('stops pushing after an unsubscribe request', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const socket = await kit.socket(over);
    await subscribe(socket, feed);
    assert.deepEqual(await socket.request('unsubscribe', { feed }), { ok: true });
    await kit.publish(feed, {});
    await kit.pause();
    assert.deepEqual(socket.inbox.received('publications'), []);
  }),
  socketCase('pushes once to a connection that subscribed twice', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const socket = await kit.socket(over);
    await subscribe(socket, feed);
    await subscribe(socket, feed);
    const ids = await kit.publish(feed, {});
    await kit.pause();
    await assertPushed(socket.inbox, feed, ids);
  }),
  socketCase('keeps multiple feeds on one connection separate', ['publish'], async (kit, over) => {
    const [feedA, feedB] = [kit.feed(), kit.feed()];
    const socket = await kit.socket(over);
    await subscribe(socket, feedA);
    await subscribe(socket, feedB);
    const first = await kit.publish(feedA, {});
    const second = await kit.publish(feedB, {});
    await assertPushed(socket.inbox, feedA, first);
    await assertPushed(socket.inbox, feedB, second);
  }),
  socketCase(
    `accepts ${MAX_FEEDS_PER_CONNECTION} feeds on a connection and rejects the next`,
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      const feeds = Array.from({ length: MAX_FEEDS_PER_CONNECTION }, () => kit.feed());
      for (const feed of feeds) await subscribe(socket, feed);
      await assertRefused(socket, 'too_many_feeds', false, 'subscribe', { feed: kit.feed() });
      await subscribe(socket, feeds[0] ?? '');
      await socket.request('unsubscribe', { feed: feeds[1] });
      await subscribe(socket, kit.feed());
    },
  ),
  socketCase(
    'sends the reason and closes the connection after too many invalid requests',
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      for (let count = 0; count < MAX_INVALID_REQUESTS_PER_MINUTE; count++) socket.emit('nothing', {});
      const { data } = await socket.inbox.waitFor('closing');
      assert.equal(data['code'], 'too_many_invalid_requests');
      await socket.inbox.waitUntil(() => socket.inbox.closeReason !== undefined, 'the connection to close');
    },
  ),
  socketCase(
    'sends the reason for closing the connection after an oversized message',
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      socket.emit('subscribe', { feed: 'x'.repeat(MAX_CLIENT_MESSAGE_BYTES + 1) });
      const { data } = await socket.inbox.waitFor('closing');
      assert.equal(data['code'], 'message_too_large');
    },
  ),
  socketCase(
    'rejects part of a burst of requests with a temporary error and keeps the connection',
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      const feed = kit.feed();
      const requests = Array.from({ length: MAX_REQUEST_BURST + 100 }, () =>
        socket.request('unsubscribe', { feed }),
      );
      const refused = (await Promise.all(requests)).filter(({ ok }) => ok === false);
      assert.ok(refused.length > 0, 'no requests were rejected');
      const { error } = refused[0] as { error: Record<string, unknown> };
      assert.deepEqual([error['code'], error['temporary']], ['too_many_requests', true]);
      assert.ok(socket.connected);
    },
  ),
  socketCase("rejects a clientId that isn't a string with an error code", ['open'], async (kit, over) => {
    const handshake = await kit.handshake(over, { clientId: 5 });
    assert.ok('error' in handshake, 'the handshake was accepted');
    assert.match(handshake.error.message, /^invalid_request: /);
    assert.deepEqual((handshake.error.data as Record<string, unknown>)['temporary'], false);
  }),
];
