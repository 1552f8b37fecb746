import { expect, it } from 'vitest';
import { checkReceived } from './registry.ts';

const publication = { offset: 1, notification: { id: 'a', title: 'A' } };
const gone = { offset: 1, notification: null, id: 'a', gone: 'retracted' };
const position = { feed: 'all', epoch: '1-a', offset: 7 };

it.each([
  ['publications', { feed: 'all', epoch: '1-a', publications: [publication, gone] }],
  ['position', position],
  ['retracted', { feed: 'all', ids: ['a'] }],
  ['read', { ...position, ids: [] }],
  ['mutes', { feeds: ['topic:a'], severities: ['a severity added by a newer server'] }],
  ['draining', { reconnectAfterMs: 300 }],
  ['token-expiring', { expiresInMs: 0 }],
  ['closing', { code: 'token_expired', message: 'the token has expired' }],
])('should accept members added by a newer server in %s', (name, payload) => {
  expect(checkReceived(name, { ...payload, added: true })).toEqual({
    name,
    payload: { ...payload, added: true },
  });
});

it.each([
  ['publications', { feed: 'all', epoch: '1-a', publications: [{ offset: 1 }] }],
  ['publications', { feed: 'all', epoch: '1-a', publications: [{ ...publication, offset: -1 }] }],
  ['position', { ...position, offset: 1.5 }],
  ['position', { epoch: '1-a', offset: 7 }],
  ['retracted', { feed: 'all', ids: [7] }],
  ['read', position],
  ['mutes', { feeds: [] }],
  ['mutes', null],
])('should reject a malformed %s: %j', (name, payload) => {
  expect(checkReceived(name, payload)).toBe('malformed');
});

it('should distinguish events added by a newer server from malformed events', () => {
  expect(checkReceived('added-by-a-newer-server', {})).toBe('unknown');
});
