import { strict as assert } from 'node:assert';
import { httpCase, socketCase, streamCase, type Case } from '../case.ts';

/** Another reader's feed, which no token for these cases permits. */
const OTHER_USER_FEED = 'user:conformance-other-reader';

const refusalCase = (name: string, token: string | undefined): Case =>
  socketCase(`rejects a handshake with ${name}`, ['token'], async (kit, over) => {
    const handshake = await kit.handshake(over, token === undefined ? {} : { token });
    assert.ok('error' in handshake, 'the handshake was accepted');
    assert.match(handshake.error.message, /^unauthorized: /);
    const data = handshake.error.data as Record<string, unknown>;
    assert.deepEqual([data['code'], data['temporary']], ['unauthorized', false]);
  });

/** Rules for tokens. Checked only if the target has a token. */
export const TOKENS: readonly Case[] = [
  refusalCase('no token', undefined),
  refusalCase('an invalid token', 'nonsense'),
  socketCase(
    "accepts a token but rejects a feed that the token doesn't permit",
    ['token'],
    async (kit, over) => {
      const socket = await kit.socket(over);
      const { ok, error } = (await socket.request('subscribe', { feed: OTHER_USER_FEED })) as {
        ok: boolean;
        error: Record<string, unknown>;
      };
      assert.deepEqual([ok, error['code'], error['temporary']], [false, 'forbidden', false]);
      assert.equal((await socket.request('subscribe', { feed: kit.feed() }))['ok'], true);
    },
  ),
  socketCase(
    'accepts a new token for the same reader but rejects an invalid token',
    ['token'],
    async (kit, over) => {
      const socket = await kit.socket(over);
      assert.deepEqual(await socket.request('token', kit.auth), { ok: true });
      const { ok, error } = (await socket.request('token', { token: 'nonsense' })) as {
        ok: boolean;
        error: Record<string, unknown>;
      };
      assert.deepEqual([ok, error['code']], [false, 'unauthorized']);
    },
  ),
  streamCase(
    'rejects a stream without a valid token and specifies the authentication scheme',
    ['token'],
    async (kit) => {
      for (const headers of [{ authorization: '' }, { authorization: 'Bearer nonsense' }]) {
        const { response } = await kit.stream('', headers);
        assert.equal(response.status, 401);
        assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/);
      }
    },
  ),
  streamCase("rejects a stream of a feed that the token doesn't permit", ['token'], async (kit) => {
    const { response } = await kit.stream(`?feed=all&feed=${OTHER_USER_FEED}`);
    assert.equal(response.status, 403);
  }),
  httpCase("rejects a page request for a feed that the token doesn't permit", ['token'], async (kit) => {
    const response = await kit.get(`/app/notifications?feed=${OTHER_USER_FEED}`);
    assert.equal(response.status, 403);
  }),
  httpCase('rejects a page request without a token', ['token'], async (kit) => {
    const response = await fetch(`${kit.target.url}/app/notifications`, { signal: kit.patience() });
    assert.equal(response.status, 401);
  }),
];
