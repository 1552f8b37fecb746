import { expect, it } from 'vitest';
import { checkRedis } from './redis.ts';

const redis = { addresses: [{ host: 'redis.internal', port: 6379 }] };
const fault = new Error('getaddrinfo ENOTFOUND redis.internal');

it('should only warn about an external Redis that this machine can’t reach, without naming --redis', async () => {
  const { findings } = await checkRedis({ redis, isRedisExternal: true }, fault);
  expect(findings).toMatchObject([{ check: 'redis', state: 'warn' }]);
  expect(JSON.stringify(findings)).toMatch(/redis\.internal:6379.*from this machine.*ENOTFOUND/);
  expect(JSON.stringify(findings)).not.toContain('--redis');
});

it('should report any other Redis that it can’t reach as an error', async () => {
  expect((await checkRedis({ redis }, fault)).findings).toMatchObject([{ check: 'redis', state: 'fault' }]);
});
