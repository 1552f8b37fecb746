import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyRedis, makeNotifications, startRedis } from '@tocsin/lab';
import { examine, startStack, type Stack } from '@tocsin/tools';
import { readRedisSettings, redisTarget } from '@tocsin/service/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { Certificates } from '../support/redis/certificates.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-tls-stack-'));
let redis: AnyRedis;
let stack: Stack;
let settings: Record<`REDIS_${string}`, string>;

/** Starts a Redis with its own CA that requires a client certificate and a password. */
beforeAll(async () => {
  const make = new Certificates(dir);
  const ca = make.ca('ca');
  const client = make.signed(ca, 'client');
  redis = await startRedis({
    ...{ dir, name: 'redis', tls: { ca, server: make.signed(ca, 'server') } },
    settings: { requirepass: 'secret' },
  });
  settings = {
    ...{ REDIS_TLS: 'true', REDIS_CA_FILE: ca.cert, REDIS_PASSWORD: 'secret' },
    ...{ REDIS_CERT_FILE: client.cert, REDIS_KEY_FILE: client.key },
  };
  stack = await startStack({ redisHost: redis.address, redisSettings: settings });
});
afterAll(async () => {
  await stack.stop();
  await redis.process.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('should deliver over TLS to all instances, even after Redis has restarted, and pass the doctor', async () => {
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

  const findings = await examine({
    producers: stack.producers,
    bffs: stack.bffs,
    sidecars: [...stack.producers, ...stack.bffs].map(({ daprUrl: url }) => ({ url })),
    redis: redisTarget(readRedisSettings({ ...settings, REDIS_HOST: redis.address })),
    daprApiToken: stack.bffs[0]?.daprHeaders['dapr-api-token'],
    ...{ token: undefined, apiKey: undefined },
  });
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
});
