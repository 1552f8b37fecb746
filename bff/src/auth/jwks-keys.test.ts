import { pause } from '@tocsin/contracts/pause';
import { expect, it, vi } from 'vitest';
import { issuedToken, keySet, type KeyName } from '../../testing/forge.ts';
import { checkToken } from './check-token.ts';
import { JwksKeys } from './jwks-keys.ts';

/** Sets up an issuer that publishes the given keys, and the JwksKeys that fetch them. The test controls the clock. */
function issuerWithKeys(...published: KeyName[]) {
  const faults: unknown[] = [];
  const state = { published, isUnavailable: false, fetches: 0, now: 0 };
  const keys = new JwksKeys({
    fetchKeySet: async () => {
      state.fetches++;
      if (state.isUnavailable) throw new Error('unavailable');
      return keySet(state.published);
    },
    now: () => state.now,
    onError: (error) => faults.push(error),
  });
  const rules = { keys, issuer: 'tocsin', audience: 'tocsin', clockSkewS: 30, now: () => Date.now() };
  const check = async (name: KeyName) => (await checkToken(issuedToken(name), rules)).sub;
  return { keys, state, faults, check };
}

it('should fetch the keys once for many tokens', async () => {
  const { state, check } = issuerWithKeys('RS256', 'ES256');
  await Promise.all([check('RS256'), check('ES256'), check('RS256')]);
  await check('ES256');
  expect(state.fetches).toBe(1);
});

it('should accept tokens signed with a new key immediately, and refuse tokens signed with a removed key', async () => {
  const { state, check } = issuerWithKeys('RS256');
  await check('RS256');
  state.published = ['ES256'];
  state.now += 31_000;
  expect(await Promise.all([check('ES256'), check('ES256')])).toEqual(['user-1', 'user-1']);
  expect(state.fetches).toBe(2);
  await expect(check('RS256')).rejects.toThrow('no known key matches the token');
});

it('should fetch unknown keys from the issuer at most once every 30 s', async () => {
  const { state, check } = issuerWithKeys('RS256');
  await check('RS256');
  for (let i = 0; i < 50; i++) await expect(check('EdDSA')).rejects.toThrow('no known key');
  expect(state.fetches).toBe(1);
  state.now += 31_000;
  await expect(check('EdDSA')).rejects.toThrow('no known key');
  await expect(check('EdDSA')).rejects.toThrow('no known key');
  expect(state.fetches).toBe(2);
});

it('should refresh old keys before use, and keep using them while the issuer is unavailable', async () => {
  const { state, check, faults } = issuerWithKeys('RS256');
  await check('RS256');
  state.isUnavailable = true;
  state.now += 11 * 60_000;
  expect(await check('RS256')).toBe('user-1');
  expect(faults).toHaveLength(1);
  expect(await check('RS256')).toBe('user-1');
  expect(state.fetches).toBe(2);
  state.isUnavailable = false;
  state.published = ['ES256'];
  state.now += 31_000;
  await expect(check('RS256')).rejects.toThrow('no known key');
});

it("should report that it can't check tokens until the issuer responds", async () => {
  const { keys, state, check, faults } = issuerWithKeys('RS256');
  state.isUnavailable = true;
  await expect(keys.ready()).rejects.toThrow('have not been loaded yet');
  await expect(check('RS256')).rejects.toMatchObject({ code: 'unavailable', temporary: true });
  expect(faults).toHaveLength(1);
  state.isUnavailable = false;
  state.now += 1_001;
  await keys.ready();
  expect(await check('RS256')).toBe('user-1');
});

it('should reject an invalid key set', async () => {
  const faults: unknown[] = [];
  const fetchKeySet = async () => ({ keys: 'none' });
  const keys = new JwksKeys({ fetchKeySet, onError: (error) => faults.push(error) });
  await expect(keys.ready()).rejects.toThrow('have not been loaded yet');
  expect(faults).toHaveLength(1);
});

it('should fetch new keys even if the clock was set back', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  try {
    const published: KeyName[][] = [['RS256'], ['ES256']];
    const keys = new JwksKeys({
      fetchKeySet: async () => keySet(published.shift()),
      onError: () => undefined,
    });
    await keys.ready();
    vi.advanceTimersByTime(31_000);
    vi.setSystemTime(0);
    const rules = { keys, issuer: 'tocsin', audience: 'tocsin', clockSkewS: 30, now: () => Date.now() };
    expect((await checkToken(issuedToken('ES256'), rules)).sub).toBe('user-1');
  } finally {
    vi.useRealTimers();
  }
});

it('should use the last keys after a short wait if the issuer accepts a request but never responds', async () => {
  let fetches = 0;
  const state = { now: 0 };
  const keys = new JwksKeys({
    fetchKeySet: () => (fetches++ === 0 ? Promise.resolve(keySet(['RS256'])) : new Promise(() => undefined)),
    now: () => state.now,
    onError: () => undefined,
  });
  await keys.ready();
  state.now += 11 * 60_000;
  const rules = { keys, issuer: 'tocsin', audience: 'tocsin', clockSkewS: 30, now: () => Date.now() };
  const sub = checkToken(issuedToken('RS256'), rules).then((claims) => claims.sub);
  expect(await Promise.race([sub, pause(1_500)])).toBe('user-1');
  expect(fetches).toBe(2);
});
