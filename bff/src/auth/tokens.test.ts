import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_TOKEN_LENGTH, SECRETS, problemSchema } from '@tocsin/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WITH_KEYS, WITH_SECRET, paddedToken } from '../../testing/bad-tokens.ts';
import { SECRET, secondsFromNow, issuedToken, keySet, secretToken } from '../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

let issuer: Server;
let withSecret: ServedBff;
let withKeys: ServedBff;
beforeAll(async () => {
  issuer = createServer((_request, response) => response.end(JSON.stringify(keySet()))).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => issuer.once('listening', resolve));
  const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
  withSecret = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
  withKeys = await serveBff({ AUTH_MODE: 'jwt', JWT_JWKS_URL: jwks });
});
afterEach(() => {
  withSecret.closeSockets();
  withKeys.closeSockets();
});
afterAll(async () => {
  await Promise.all([withSecret.stop(), withKeys.stop()]);
  issuer.close();
});

async function expectRefusal(
  bff: ServedBff,
  token: string | undefined,
  expectedReason: RegExp,
): Promise<void> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await bff.page('all', headers);
  const problem = problemSchema.parse(await response.json());
  expect([response.status, problem.code]).toEqual([401, 'unauthorized']);
  const detail = problem.detail.replace(/\.$/, '').replace(/^./, (first) => first.toLowerCase());
  expect(detail.replace(/^the authorization/, 'the Authorization')).toMatch(expectedReason);
  const challenge = response.headers.get('www-authenticate') ?? '';
  if (token === undefined) expect(challenge).toBe('Bearer realm="tocsin"');
  else expect(challenge).toMatch(/^Bearer realm="tocsin", error="invalid_token", error_description="[^"]+"$/);

  const handshake = await bff.handshake(bff.socketWith(token === undefined ? {} : { token }));
  if (handshake.connected) throw new Error('the socket was accepted');
  const { message, data } = handshake.error;
  expect(message).toMatch(/^unauthorized: /);
  expect(message.slice('unauthorized: '.length)).toMatch(expectedReason);
  expect(data).toEqual({ code: 'unauthorized', message: message.slice(14), temporary: false });
}

async function expectAcceptance(bff: ServedBff, token: string): Promise<void> {
  expect((await bff.page('all', { authorization: `Bearer ${token}` })).status).toBe(200);
  const socket = await bff.connect(token);
  expect(await bff.subscribe(socket, 'all')).toMatchObject({ ok: true });
}

describe('a token checked with the shared secret, over HTTP and on the socket,', () => {
  it.each(WITH_SECRET)('should be refused: %s', async (_name, token, expectedReason) => {
    await expectRefusal(withSecret, token(), expectedReason);
  });

  it.each<[string, () => string]>([
    ['good', () => secretToken()],
    [
      'with additional claims',
      () => secretToken({ jti: 'x', scope: 'a b', feeds: ['orders*', '*'], roles: ['ops'] }),
    ],
    ['for multiple audiences', () => secretToken({ aud: ['billing', 'tocsin'] })],
    ['expired, but within the clock skew', () => secretToken({ exp: secondsFromNow(-20) })],
    ['not valid yet, but within the clock skew', () => secretToken({ nbf: secondsFromNow(20) })],
    ['valid practically forever', () => secretToken({ exp: 1e300 })],
    ['for a sub of 255 non-BMP characters', () => secretToken({ sub: '😀'.repeat(255) })],
    ['of the maximum length', () => paddedToken(MAX_TOKEN_LENGTH)],
  ])('should be accepted: %s', (_name, token) => expectAcceptance(withSecret, token()));
});

describe("a token checked with an issuer's keys, over HTTP and on the socket,", () => {
  it.each(WITH_KEYS)('should be refused: %s', async (_name, token, expectedReason) => {
    await expectRefusal(withKeys, token(), expectedReason);
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('should be accepted with %s', (name) =>
    expectAcceptance(withKeys, issuedToken(name)),
  );

  it('should be accepted without a kid if only one key matches the algorithm', () =>
    expectAcceptance(withKeys, issuedToken('ES256', {}, { kid: undefined })));
});

describe('the Authorization header', () => {
  it.each([
    ['Basic', `Basic ${Buffer.from('a:b').toString('base64')}`],
    ['an unknown scheme', 'Token abc'],
    ['no scheme', 'abc'],
    ['a scheme without a token', 'Bearer'],
    ['two tokens', 'Bearer a b'],
    ['two tokens separated by a comma', 'Bearer a, Bearer b'],
  ])('should be refused with %s', async (_name, authorization) => {
    const response = await withSecret.page('all', { authorization });
    expect([response.status, problemSchema.parse(await response.json()).code]).toEqual([401, 'unauthorized']);
  });

  it('should accept the scheme in upper or lower case', async () => {
    const response = await withSecret.page('all', { authorization: `bEARER ${secretToken()}` });
    expect(response.status).toBe(200);
  });

  it('should be required on all paths under /app but nowhere else', async () => {
    const status = async (path: string, method = 'GET') =>
      (await fetch(`${withSecret.url}${path}`, { method })).status;
    expect(await status('/app/notifications', 'DELETE')).toBe(401);
    expect(await status('/app/nothing')).toBe(401);
    expect(await status('/APP/notifications')).toBe(401);
    expect(await status('/healthz')).toBe(200);
    expect(await status('/metrics')).toBe(200);
  });

  it('should be required even with a token in the query', async () => {
    const response = await fetch(`${withSecret.url}/app/notifications?access_token=${secretToken()}`);
    expect(response.status).toBe(401);
  });
});

it("should report over the socket that a token isn't a string", async () => {
  for (const token of [7, null, {}, ['x']]) {
    const result = await withSecret.handshake(withSecret.socketWith({ token }));
    expect(result.connected || result.error.message).toMatch(/^unauthorized: the token must be a string/);
  }
});
