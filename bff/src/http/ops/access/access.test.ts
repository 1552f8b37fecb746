import { SECRETS, problemSchema } from '@tocsin/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { SECRET, secretToken } from '../../../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../../../testing/served-bff.ts';

const OPS_TOKEN = 'ops-token-for-tests-0123456789abcdef';
const CALLS = [
  ['GET', '/app/ops/instances'],
  ['GET', '/app/ops/dead-letters'],
  ['GET', '/app/ops/email-preview?language=en&kind=single'],
  ['GET', '/app/ops/fallbacks/unsent'],
  ['GET', '/app/ops/revocations'],
  ['GET', '/APP/OPS/instances'],
  ['DELETE', '/app/ops/dead-letters/x'],
  ['POST', '/app/ops/dead-letters/x/put-back'],
  ['POST', '/app/ops/fallbacks/send-again'],
  ['POST', '/app/ops/fallbacks/dismiss'],
  ['POST', '/app/compose'],
] as const;

let bff: ServedBff;
afterEach(() => bff.stop());

const serve = async (settings: Record<string, string>, secrets?: Record<string, string>) => {
  bff = await serveBff(settings, secrets);
  bff.backend.composeWith(async () => ({ ids: ['x'] }));
};
const call = (method: string, path: string, authorization?: string) =>
  fetch(`${bff.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    ...(method === 'POST' && { body: '{}' }),
  });
const statuses = (authorization?: string) =>
  Promise.all(CALLS.map(async ([method, path]) => (await call(method, path, authorization)).status));
const all = (status: number) => CALLS.map(() => status);
const OPEN_STATUSES = [200, 200, 404, 200, 409, 200, 404, 404, 400, 400, 202];

describe('the operations routes when readers need no token', () => {
  it('should be closed without OPS_TOKEN, and explain how to open them', async () => {
    await serve({ PUBLIC_HOST: '0.0.0.0' });
    expect(await statuses()).toEqual(all(403));
    expect(await statuses(`Bearer ${OPS_TOKEN}`)).toEqual(all(403));
    const problem = problemSchema.parse(await (await call('GET', '/app/ops/instances')).json());
    expect(problem.code).toBe('ops_closed');
    expect(problem.detail).toMatch(/Set OPS_TOKEN on the bff .* or set AUTH_MODE to jwt/);
    expect((await bff.page('all')).status).toBe(200);
  });

  it('should be open if the public port itself listens on loopback', async () => {
    await serve({ PUBLIC_HOST: '127.0.0.1' });
    expect(await statuses()).toEqual(OPEN_STATUSES);
  });

  it.each(['loopback', 'localhost', '127.0.0.1', '127.3.2.1', '::1', '[::1]'])(
    'should be open if published on %s',
    async (address) => {
      await serve({ PUBLISHED_ON: address });
      expect(await statuses()).toEqual(OPEN_STATUSES);
    },
  );

  it.each(['network', '0.0.0.0', '::', '[::]', '192.0.2.7', '128.0.0.1'])(
    'should be closed if published on %s',
    async (address) => {
      await serve({ PUBLISHED_ON: address });
      expect(await statuses()).toEqual(all(403));
    },
  );

  it.each(['loopback', 'network'])(
    'should require OPS_TOKEN if it is set and the instance is published on %s',
    async (address) => {
      await serve({ PUBLISHED_ON: address, OPS_TOKEN });
      expect(await statuses()).toEqual(all(401));
      for (const wrong of [
        `Bearer ${OPS_TOKEN}x`,
        `Bearer ${OPS_TOKEN.slice(0, -1)}`,
        `Bearer ${OPS_TOKEN.toUpperCase()}`,
        `Basic ${OPS_TOKEN}`,
        OPS_TOKEN,
      ]) {
        expect(await statuses(wrong)).toEqual(all(401));
      }
      expect((await call('GET', `/app/ops/instances?token=${OPS_TOKEN}`)).status).toBe(401);
      expect(await statuses(`Bearer ${OPS_TOKEN}`)).toEqual(OPEN_STATUSES);
      const response = await call('GET', '/app/ops/instances');
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="tocsin"');
    },
  );
});

describe('the operations routes when readers need a token', () => {
  it('should accept the `ops` role, or OPS_TOKEN, which gives no access to feeds', async () => {
    await serve({ AUTH_MODE: 'jwt', OPS_TOKEN }, { [SECRETS.jwt.name]: SECRET });
    expect(await statuses()).toEqual(all(401));
    expect(await statuses(`Bearer ${secretToken()}`)).toEqual(all(403));
    const expected = OPEN_STATUSES.map((status) => (status === 409 ? 200 : status));
    expect(await statuses(`Bearer ${secretToken({ roles: ['ops'] })}`)).toEqual(expected);
    expect(await statuses(`Bearer ${OPS_TOKEN}`)).toEqual(expected);
    expect((await bff.page('all', { authorization: `Bearer ${OPS_TOKEN}` })).status).toBe(401);
  });

  it('should stay closed regardless of PUBLISHED_ON', async () => {
    await serve({ AUTH_MODE: 'jwt', PUBLISHED_ON: 'loopback' }, { [SECRETS.jwt.name]: SECRET });
    expect(await statuses()).toEqual(all(401));
  });
});

it('should refuse to start with an OPS_TOKEN shorter than 32 characters', async () => {
  await expect(serveBff({ OPS_TOKEN: 'secret' })).rejects.toThrow('at least 32 characters');
  await serve({});
});
