import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyRedis, makeNotifications, startRedis } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { readRedisSettings, redisTarget } from '@tocsin/service/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { redisWithTls } from '../support/redis/certificates.ts';
import { examineStack } from '../support/redis/examine-stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-tls-stack-'));
let redis: AnyRedis;
let stack: Stack;
let settings: Record<`REDIS_${string}`, string>;

/**
 * Starts a stack on a Redis whose certificate is signed by a private CA. Redis requires a client certificate and a
 * password.
 */
beforeAll(async () => {
  const { tls, settings: clientSettings } = redisWithTls(dir);
  redis = await startRedis({ ...{ dir, name: 'redis', tls }, settings: { requirepass: 'secret' } });
  settings = clientSettings;
  stack = await startStack({ redisHost: redis.address, redisSettings: settings });
});
afterAll(async () => {
  await stack.stop();
  await redis.process.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('should deliver over TLS to all instances and pass the doctor’s checks, and survive a Redis restart', async () => {
  const flow = new Flow(stack, 1);
  await flow.ready();
  for (const notification of makeNotifications(5)) await flow.caller.post([notification]);
  await flow.complete();
  await redis.process.restart();
  await expect
    .poll(async () =>
      (await Promise.all(stack.bffs.map(({ url }) => fetch(`${url}/readyz`)))).every(({ ok }) => ok),
    )
    .toBe(true);
  for (const notification of makeNotifications(5)) await flow.caller.post([notification]);
  await flow.complete();
  flow.close();

  const findings = await examineStack(stack, {
    redis: redisTarget(readRedisSettings({ ...settings, REDIS_HOST: redis.address })),
  });
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
});
