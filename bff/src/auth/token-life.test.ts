import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@tocsin/service';
import { SECRETS } from '@tocsin/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../wiring/access/authenticator.ts';
import { readConfig } from '../config.ts';
import { memoryBackend } from '../memory/backend.ts';
import {
  SECRET,
  claims,
  forge,
  hmac,
  secondsFromNow,
  issuedToken,
  keySet,
  secretToken,
} from '../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';
import { parseSecrets } from './secret-keys.ts';

describe('an instance with JWT_MAX_AGE', () => {
  let bff: ServedBff;
  beforeAll(async () => {
    const settings = { AUTH_MODE: 'jwt', JWT_MAX_AGE: '600', JWT_CLOCK_SKEW: '5' };
    bff = await serveBff(settings, { [SECRETS.jwt.name]: SECRET });
  });
  afterAll(() => bff.stop());

  it.each([
    ['a token with the maximum lifetime', { iat: secondsFromNow(0), exp: secondsFromNow(600) }, 200, /./],
    [
      'a token issued by a clock that is ahead',
      { iat: secondsFromNow(4), exp: secondsFromNow(300) },
      200,
      /./,
    ],
    ['a token without an iat', {}, 401, /iat claim is missing/],
    ['a token with text as the iat', { iat: 'now' }, 401, /iat claim has an unexpected value/],
    [
      'a token with too long a lifetime',
      { iat: secondsFromNow(0), exp: secondsFromNow(605) },
      401,
      /lifetime \(iat to exp\) exceeds 600 s/,
    ],
    ['a token that never expires', { iat: secondsFromNow(0), exp: 1e300 }, 401, /exceeds 600 s/],
    ['an old token', { iat: secondsFromNow(-700), exp: secondsFromNow(600) }, 401, /older than JWT_MAX_AGE/],
    [
      'a token issued tomorrow',
      { iat: secondsFromNow(86_400), exp: secondsFromNow(86_900) },
      401,
      /iat claim has an unexpected value/,
    ],
  ])('should check the age and lifetime of %s', async (_what, members, status, expectedReason) => {
    const response = await bff.page('all', { authorization: `Bearer ${secretToken(members)}` });
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(expectedReason)]);
  });
});

const signedWith = (secret: string) => forge({ alg: 'HS256' }, claims(), (input) => hmac(input, secret));
const [OLD, NEW, NEWEST] = ['o', 'n', 'm'].map((letter) => letter.repeat(40)) as [string, string, string];

describe('the token secret', () => {
  const text = (secrets: readonly Uint8Array[]) => secrets.map((secret) => Buffer.from(secret).toString());

  it('should contain one or more secrets, one per line', () => {
    expect(text(parseSecrets(OLD))).toEqual([OLD]);
    expect(text(parseSecrets(`${NEW}\n${OLD}`))).toEqual([NEW, OLD, `${NEW}\n${OLD}`]);
    expect(text(parseSecrets(`${NEW}\r\n\n${OLD}\n`)).slice(0, 2)).toEqual([NEW, OLD]);
  });

  it('should stay valid with a trailing line break', () => {
    expect(text(parseSecrets(`${OLD}\n`))).toEqual([OLD, `${OLD}\n`]);
  });

  it.each([
    ['short', /has 5 bytes; it needs at least 32/],
    ['', /has 0 bytes/],
    ['\n', /has 0 bytes/],
    [`${NEW}\nshort`, /has 5 bytes on line 2/],
    [Array.from({ length: 9 }, (_, i) => `${NEW}${i}`).join('\n'), /has 9 lines; at most 8/],
  ])('should be rejected if invalid: %j', (secret, expectedReason) =>
    expect(() => parseSecrets(secret)).toThrow(expectedReason),
  );
});

describe('rotating keys', () => {
  it('should accept tokens signed with an old secret until that secret is removed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const secrets: Record<string, string> = { [SECRETS.jwt.name]: OLD };
    const log = createLogger('bff', 'silent');
    const auth = createAuthenticator(readConfig({ AUTH_MODE: 'jwt' }), memoryBackend(secrets), log, () =>
      Date.now(),
    );
    const acceptedSecrets = async () => {
      const outcomes = await Promise.allSettled(
        [OLD, NEW, NEWEST].map((secret) => auth.identify(signedWith(secret))),
      );
      return outcomes.map(({ status }) => status === 'fulfilled');
    };
    try {
      await vi.advanceTimersByTimeAsync(0);
      expect(await acceptedSecrets()).toEqual([true, false, false]);
      secrets[SECRETS.jwt.name] = `${NEW}\n${OLD}\n`;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await acceptedSecrets()).toEqual([true, true, false]);
      secrets[SECRETS.jwt.name] = `${NEWEST}\n${NEW}`;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await acceptedSecrets()).toEqual([false, true, true]);
      // If the new secret is invalid, the last valid secrets stay in use.
      secrets[SECRETS.jwt.name] = `${OLD}\nshort`;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await acceptedSecrets()).toEqual([false, true, true]);
      await expect(auth.identify(forge({ alg: 'HS256' }, claims(), () => 'AAAA'))).rejects.toThrow(
        'signature',
      );
    } finally {
      auth.stop();
      vi.useRealTimers();
    }
  });

  it('should fetch a new issuer key when the first token signed with it arrives', async () => {
    let published: Parameters<typeof keySet>[0] = ['RS256'];
    const issuer = createServer((_request, response) => response.end(JSON.stringify(keySet(published))));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
    const config = readConfig({ AUTH_MODE: 'jwt', JWT_JWKS_URL: jwks });
    let now = Date.now();
    const monotonicClock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const auth = createAuthenticator(config, memoryBackend(), createLogger('bff', 'silent'), () => now);
    const accepts = async (name: 'RS256' | 'ES256') => {
      const token = issuedToken(name, { exp: Math.floor(now / 1000) + 60 });
      return auth.identify(token).then(
        () => true,
        () => false,
      );
    };
    try {
      await expect.poll(() => accepts('RS256')).toBe(true);
      expect(await accepts('ES256')).toBe(false);
      published = ['RS256', 'ES256'];
      now += 31_000;
      expect([await accepts('ES256'), await accepts('RS256')]).toEqual([true, true]);
      published = ['ES256'];
      now += 11 * 60_000;
      expect([await accepts('ES256'), await accepts('RS256')]).toEqual([true, false]);
    } finally {
      auth.stop();
      issuer.close();
      monotonicClock.mockRestore();
    }
  });
});
