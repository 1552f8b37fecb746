import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRedisSettings } from './settings.ts';
import { addressesIn, redisTarget, targetText } from './target.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-redis-settings-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const key = file('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const locked = file(
  'locked.pem',
  privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
);

const faultsOf = (env: Record<string, string>): string[] => {
  try {
    readRedisSettings(env);
    return [];
  } catch (error) {
    return String(error)
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
};

describe('the Redis settings', () => {
  it('should default to a plain Redis server on this machine', () => {
    expect(redisTarget(readRedisSettings({}))).toEqual({
      addresses: [{ host: 'localhost', port: 6379 }],
      username: undefined,
      password: undefined,
    });
  });

  it('should list all errors together', () => {
    expect(
      faultsOf({
        ...{ REDIS_HOST: 'redis', REDIS_TLS: 'on', REDIS_SENTINEL: 'yes', REDIS_CA_FILE: join(dir, 'none') },
        ...{ REDIS_CERT_FILE: key, REDIS_KEY_FILE: locked },
      }),
    ).toEqual([
      'REDIS_HOST: must be host:port',
      'REDIS_TLS: must be true or false',
      expect.stringMatching(/^REDIS_CA_FILE: cannot be read \(ENOENT.*can read$/),
      expect.stringMatching(/^REDIS_CERT_FILE: is not a certificate in PEM format/),
      expect.stringMatching(/^REDIS_KEY_FILE: is not a private key without a passphrase/),
      'REDIS_SENTINEL: must be true or false',
    ]);
  });

  it('should reject settings that depend on missing settings', () => {
    expect(faultsOf({ REDIS_HOST: 'a:1,b:2', REDIS_KEY_FILE: key, REDIS_SENTINEL_PASSWORD: 'x' })).toEqual([
      'REDIS_HOST: has multiple addresses. Set only one, or set REDIS_SENTINEL=true or REDIS_CLUSTER=true if they are Sentinels or cluster nodes',
      'REDIS_KEY_FILE: has no effect without TLS; set REDIS_TLS=true, or remove this setting',
      'REDIS_SENTINEL_PASSWORD: has no effect without Sentinels; set REDIS_SENTINEL=true, or remove this setting',
    ]);
  });

  it('should accept multiple Sentinels', () => {
    const target = redisTarget(
      readRedisSettings({ REDIS_SENTINEL: 'true', REDIS_HOST: 'a:1,[::1]:2', REDIS_MASTER: 'm' }),
    );
    expect(target.addresses).toEqual([
      { host: 'a', port: 1 },
      { host: '::1', port: 2 },
    ]);
    expect(targetText(target)).toBe('m of the Sentinels a:1, [::1]:2');
  });

  it('should accept cluster nodes, but not together with Sentinels', () => {
    const target = redisTarget(readRedisSettings({ REDIS_CLUSTER: 'true', REDIS_HOST: 'a:1,b:2' }));
    expect(target).toMatchObject({ cluster: true, addresses: [{ host: 'a' }, { host: 'b' }] });
    expect(targetText(target)).toBe('the cluster a:1, b:2');
    expect(faultsOf({ REDIS_CLUSTER: 'true', REDIS_SENTINEL: 'true' })).toEqual([
      'REDIS_CLUSTER: cannot be combined with REDIS_SENTINEL because a cluster handles failover itself. Set one of them to false',
    ]);
  });

  it('should keep host names unresolved', () => {
    expect(addressesIn('redis.example:6380')).toEqual([{ host: 'redis.example', port: 6380 }]);
  });
});
