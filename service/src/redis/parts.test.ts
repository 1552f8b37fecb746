import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { distinctRedis, readRedisParts } from './parts.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-redis-parts-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const hosts = ({ addresses }: { addresses: readonly { host: string }[] }) =>
  addresses.map(({ host }) => host).join();

describe("each part's Redis", () => {
  it('should be the same object for all parts without separate settings', () => {
    const parts = readRedisParts({ REDIS_HOST: 'a:1', REDIS_STATE_HOST: '' });
    expect(distinctRedis(parts)).toEqual([
      { target: parts.broadcaster, parts: ['broadcaster', 'state', 'entries', 'topics', 'audit'] },
    ]);
  });

  it("should fall back to the broadcaster's settings", () => {
    const parts = readRedisParts({
      ...{
        REDIS_HOST: 'a:1',
        REDIS_PASSWORD: 'secret',
        REDIS_STATE_HOST: 'b:1,c:1',
        REDIS_STATE_CLUSTER: 'true',
      },
      ...{ REDIS_TOPICS_HOST: 'd:1', REDIS_TOPICS_PASSWORD: 'other' },
    });
    expect(hosts(parts.broadcaster)).toBe('a');
    expect(parts.broadcaster.cluster).toBeUndefined();
    expect(hosts(parts.state)).toBe('b,c');
    expect(parts.state).toMatchObject({ cluster: true, password: 'secret' });
    expect(parts.topics).toMatchObject({ password: 'other' });
    expect(distinctRedis(parts).map((redis) => redis.parts)).toEqual([
      ['broadcaster', 'entries', 'audit'],
      ['state'],
      ['topics'],
    ]);
  });

  it('should not inherit settings for TLS or Sentinels that it turns off', () => {
    const ca = join(dir, 'ca.pem');
    writeFileSync(ca, rootCertificates[0] ?? '');
    const env = {
      ...{ REDIS_TLS: 'true', REDIS_CA_FILE: ca, REDIS_SENTINEL: 'true' },
      ...{ REDIS_SENTINEL_USERNAME: 'ann', REDIS_SENTINEL_PASSWORD: 'secret' },
      ...{ REDIS_STATE_TLS: 'false', REDIS_STATE_SENTINEL: 'false' },
    };
    const { broadcaster, state } = readRedisParts(env);
    expect(broadcaster).toMatchObject({ tls: { ca: rootCertificates[0] }, sentinel: { password: 'secret' } });
    expect(state).not.toHaveProperty('tls');
    expect(state).not.toHaveProperty('sentinel');
    expect(() => readRedisParts({ ...env, REDIS_STATE_CA_FILE: ca })).toThrow(
      /REDIS_STATE_CA_FILE: has no effect without TLS/,
    );
  });

  it('should report a part’s invalid settings with the part’s prefix', () => {
    expect(() => readRedisParts({ REDIS_AUDIT_HOST: 'nowhere', REDIS_AUDIT_TLS: 'on' })).toThrow(
      /REDIS_AUDIT_HOST: must be host:port\n.*REDIS_AUDIT_TLS: must be true or false/,
    );
  });
});
