import { describe, expect, it } from 'vitest';
import { distinctRedis, readRedisParts } from './parts.ts';

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

  it('should report a part’s invalid settings under its own prefix', () => {
    expect(() => readRedisParts({ REDIS_AUDIT_HOST: 'nowhere', REDIS_AUDIT_TLS: 'on' })).toThrow(
      /REDIS_AUDIT_HOST: must be host:port\n.*REDIS_AUDIT_TLS: must be true or false/,
    );
  });
});
