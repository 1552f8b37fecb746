import { strict as assert } from 'node:assert';
import {
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_FEEDS_PER_CONNECTION,
  MAX_INVALID_REQUESTS_PER_MINUTE,
  MAX_REQUEST_BURST,
} from '@tocsin/contracts';
import { socketCase, type Case } from '../case.ts';
import { showsExactly } from '../kit.ts';
import type { SocketReader } from '../transports/socket.ts';

async function refuses(
  socket: SocketReader,
  code: string,
  temporary: boolean,
  event: string,
  ...payload: unknown[]
): Promise<void> {
  const { ok, error } = (await socket.ask(event, ...payload)) as {
    ok: boolean;
    error: Record<string, unknown>;
  };
  assert.equal(ok, false);
  assert.deepEqual([error['code'], error['temporary']], [code, temporary]);
  assert.ok(typeof error['message'] === 'string' && error['message'] !== '');
}

const subscribes = async (socket: SocketReader, feed: string) =>
  assert.equal((await socket.ask('subscribe', { feed }))['ok'], true);

const invalid = (name: string, event: string, ...payload: unknown[]): Case =>
  socketCase(`rejects ${name}, and keeps the connection`, [], async (kit, over) => {
    const socket = await kit.socket(over);
    await refuses(socket, 'invalid_request', false, event, ...payload);
    await subscribes(socket, kit.feed());
  });

const position = { epoch: '1-x', offset: 1 };

/** The rules for requests and responses on a socket. */
export const SOCKET: readonly Case[] = [
  invalid('a subscribe request without a feed', 'subscribe', {}),
  invalid('a subscribe request that is not an object', 'subscribe', 'all'),
  invalid('an invalid feed name', 'subscribe', { feed: 'everything' }),
  invalid('a topic without a name', 'subscribe', { feed: 'topic:' }),
  invalid('a topic with forbidden characters', 'subscribe', { feed: 'topic:a b' }),
  invalid('a user with a control character', 'subscribe', { feed: 'user:a\u0000' }),
  invalid('a feed name of 10,000 characters', 'subscribe', { feed: `topic:${'x'.repeat(10_000)}` }),
  invalid('an unknown member', 'subscribe', { feed: 'all', limit: 5 }),
  invalid('a position without an epoch', 'subscribe', { feed: 'all', position: { offset: 1 } }),
  invalid('a negative offset', 'subscribe', { feed: 'all', position: { ...position, offset: -1 } }),
  invalid('an offset that is not a whole number', 'subscribe', {
    feed: 'all',
    position: { ...position, offset: 1.5 },
  }),
  invalid('an offset that is a string', 'subscribe', { feed: 'all', position: { ...position, offset: '1' } }),
  invalid('an empty epoch', 'subscribe', { feed: 'all', position: { epoch: '', offset: 1 } }),
  invalid('two payloads', 'subscribe', { feed: 'all' }, { feed: 'all' }),
  invalid('an unsubscribe request without a feed', 'unsubscribe', {}),
  invalid('a token event without a token', 'token', {}),
  socketCase('rejects an unknown event', [], async (kit, over) => {
    const socket = await kit.socket(over);
    await refuses(socket, 'unknown_event', false, 'publish', { feed: 'all' });
    await refuses(socket, 'unknown_event', false, '__proto__', {});
  }),
  socketCase('survives events that request no acknowledgement', [], async (kit, over) => {
    const socket = await kit.socket(over);
    socket.emit('subscribe', { feed: kit.feed() });
    socket.emit('nothing');
    await subscribes(socket, kit.feed());
  }),
  socketCase('accepts an unsubscribe from a feed without a subscription', [], async (kit, over) => {
    const socket = await kit.socket(over);
    assert.deepEqual(await socket.ask('unsubscribe', { feed: kit.feed() }), { ok: true });
  }),
  socketCase('pushes nothing after an unsubscribe', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const socket = await kit.socket(over);
    await subscribes(socket, feed);
    assert.deepEqual(await socket.ask('unsubscribe', { feed }), { ok: true });
    await kit.publish(feed, {});
    await kit.pause();
    assert.deepEqual(socket.inbox.of('publications'), []);
  }),
  socketCase('pushes once to a connection that has subscribed twice', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const socket = await kit.socket(over);
    await subscribes(socket, feed);
    await subscribes(socket, feed);
    const ids = await kit.publish(feed, {});
    await kit.pause();
    await showsExactly(socket.inbox, feed, ids);
  }),
  socketCase('keeps several feeds on one connection apart', ['publish'], async (kit, over) => {
    const [one, other] = [kit.feed(), kit.feed()];
    const socket = await kit.socket(over);
    await subscribes(socket, one);
    await subscribes(socket, other);
    const first = await kit.publish(one, {});
    const second = await kit.publish(other, {});
    await showsExactly(socket.inbox, one, first);
    await showsExactly(socket.inbox, other, second);
  }),
  socketCase(
    `accepts ${MAX_FEEDS_PER_CONNECTION} feeds on a connection and rejects the next`,
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      const feeds = Array.from({ length: MAX_FEEDS_PER_CONNECTION }, () => kit.feed());
      for (const feed of feeds) await subscribes(socket, feed);
      await refuses(socket, 'too_many_feeds', false, 'subscribe', { feed: kit.feed() });
      await subscribes(socket, feeds[0] ?? '');
      await socket.ask('unsubscribe', { feed: feeds[1] });
      await subscribes(socket, kit.feed());
    },
  ),
  socketCase(
    'closes a connection after too many invalid requests, with the reason',
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      for (let count = 0; count < MAX_INVALID_REQUESTS_PER_MINUTE; count++) socket.emit('nothing', {});
      const { data } = await socket.inbox.has('closing');
      assert.equal(data['code'], 'too_many_invalid_requests');
      await socket.inbox.until(() => socket.inbox.ended !== undefined, 'the connection to close');
    },
  ),
  socketCase('closes a connection after an oversized message, with the reason', [], async (kit, over) => {
    const socket = await kit.socket(over);
    socket.emit('subscribe', { feed: 'x'.repeat(MAX_CLIENT_MESSAGE_BYTES + 1) });
    const { data } = await socket.inbox.has('closing');
    assert.equal(data['code'], 'message_too_large');
  }),
  socketCase(
    'temporarily rejects part of a burst of requests, and keeps the connection',
    [],
    async (kit, over) => {
      const socket = await kit.socket(over);
      const feed = kit.feed();
      const requests = Array.from({ length: MAX_REQUEST_BURST + 100 }, () =>
        socket.ask('unsubscribe', { feed }),
      );
      const refused = (await Promise.all(requests)).filter(({ ok }) => ok === false);
      assert.ok(refused.length > 0, 'no request was rejected');
      const { error } = refused[0] as { error: Record<string, unknown> };
      assert.deepEqual([error['code'], error['temporary']], ['too_many_requests', true]);
      assert.ok(socket.connected);
    },
  ),
  socketCase('rejects a clientId that is not a string, with a code', ['open'], async (kit, over) => {
    const handshake = await kit.handshake(over, { clientId: 5 });
    assert.ok('error' in handshake, 'the handshake was accepted');
    assert.match(handshake.error.message, /^invalid_request: /);
    assert.deepEqual((handshake.error.data as Record<string, unknown>)['temporary'], false);
  }),
];
