import { parseRedisInfo } from '@tocsin/service/redis-info';
import { describe, expect, it } from 'vitest';
import { checkEviction, checkFsync, checkMemory, checkRole, type RedisFacts } from './redis-rules.ts';

const INFO = `# Memory\r
used_memory:1000\r
maxmemory:0\r
maxmemory_policy:noeviction\r
total_system_memory:100000\r
# Persistence\r
loading:0\r
aof_enabled:1\r
aof_last_write_status:ok\r
role:master\r
cluster_enabled:0\r
redis_version:7.0.15\r
`;

const facts = (changes: Record<string, string> = {}, fsync: string | null = 'always'): RedisFacts => ({
  info: new Map([...parseRedisInfo(INFO), ...Object.entries(changes)]),
  config: fsync === null ? undefined : new Map([['appendfsync', fsync]]),
});

describe('the Redis checks', () => {
  it('should pass with the settings of `npm start`', () => {
    for (const check of [checkFsync, checkEviction, checkMemory, checkRole]) {
      expect(check(facts())).toMatchObject({ state: 'ok' });
    }
  });

  it.each([
    ['appendfsync no', checkFsync, facts({}, 'no'), 'fault'],
    ['append-only file off', checkFsync, facts({ aof_enabled: '0' }), 'fault'],
    ['an unwritable append-only file', checkFsync, facts({ aof_last_write_status: 'err' }), 'fault'],
    ['a Redis that rejects CONFIG', checkFsync, facts({}, null), 'warn'],
    ['eviction without a memory limit', checkEviction, facts({ maxmemory_policy: 'volatile-lru' }), 'warn'],
    [
      'eviction with a memory limit',
      checkEviction,
      facts({ maxmemory_policy: 'volatile-lru', maxmemory: '9000' }),
      'fault',
    ],
    ['79% used', checkMemory, facts({ used_memory: '790', maxmemory: '1000' }), 'ok'],
    ['80% used', checkMemory, facts({ used_memory: '800', maxmemory: '1000' }), 'warn'],
    ['all memory used', checkMemory, facts({ used_memory: '1000', maxmemory: '1000' }), 'fault'],
    ['no memory limit, and the machine nearly full', checkMemory, facts({ used_memory: '80000' }), 'fault'],
    ['a replica', checkRole, facts({ role: 'slave' }), 'fault'],
    ['a cluster', checkRole, facts({ cluster_enabled: '1' }), 'fault'],
    ['an expected cluster', checkRole, { ...facts({ cluster_enabled: '1' }), isCluster: true }, 'ok'],
    ['the oldest version that has every command', checkRole, facts({ redis_version: '6.2.0' }), 'ok'],
    ['a version without GETDEL', checkRole, facts({ redis_version: '6.0.16' }), 'fault'],
    ['an unknown version', checkRole, facts({ redis_version: '' }), 'ok'],
    ['a Redis that is still loading', checkRole, facts({ loading: '1' }), 'fault'],
  ])('should report the right state: %s', (_name, check, given, state) => {
    expect(check(given)).toMatchObject({ state });
  });

  it('should warn that a setting is unknown if INFO lacks it', () => {
    for (const check of [checkFsync, checkEviction])
      expect(check({ info: new Map(), config: undefined })).toMatchObject({
        ...{ state: 'warn', says: expect.stringMatching(/^unknown: INFO/) as string },
      });
  });

  it('should advise redis.conf or the service’s settings, not CONFIG SET, if Redis rejects CONFIG', () => {
    const finding = checkFsync(facts({ aof_enabled: '0' }, null));
    expect(finding).toMatchObject({ state: 'fault', says: expect.stringMatching(/off/) as string });
    const evicting = checkEviction(facts({ maxmemory_policy: 'volatile-lru' }, null));
    for (const { remedy } of [finding, evicting]) {
      expect(remedy).not.toContain('CONFIG SET');
      expect(remedy).toMatch(/^In redis\.conf or the settings of the Redis service/);
    }
    expect(checkFsync(facts({ aof_enabled: '0' })).remedy).toContain('CONFIG SET');
  });
});
