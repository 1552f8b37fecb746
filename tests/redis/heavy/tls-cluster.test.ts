import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROADCAST_STREAM } from '@tocsin/contracts';
import { type RedisCluster, startCluster } from '@tocsin/lab';
import { readRedisSettings, redisTarget } from '@tocsin/service/redis';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisWithTls } from '../../support/redis/certificates.ts';
import { streamThrough } from '../../support/redis/stream-through.ts';
import { examineStack } from '../../support/redis/examine-stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-tls-cluster-'));
let cluster: RedisCluster;
let stack: Stack;
let settings: Record<`REDIS_${string}`, string>;

/** Starts six nodes that use a private CA, accept only TLS, and require a client certificate and a password. */
beforeAll(async () => {
  const { tls, settings: clientSettings } = redisWithTls(dir);
  const passwords = { requirepass: 'secret', masterauth: 'secret' };
  cluster = await startCluster({ ...{ dir, name: 'node', tls }, settings: passwords }, 1);
  settings = { ...clientSettings, REDIS_CLUSTER: 'true' };
  stack = await startStack({ redisHost: cluster.address, redisSettings: settings });
});
afterAll(async () => {
  await stack?.stop();
  await cluster?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('should deliver over TLS through a failover, and pass the doctor’s checks', async () => {
  const master = await cluster.masterOf(BROADCAST_STREAM);
  const results = await streamThrough(stack, () => master.process.kill());
  expect((await cluster.masterOf(BROADCAST_STREAM)).port).not.toBe(master.port);
  for (const { duplicated, outOfOrder, skipped, lost, reportedGaps } of results) {
    expect({ duplicated, outOfOrder, skipped }).toEqual({ duplicated: [], outOfOrder: [], skipped: [] });
    expect(lost.length === 0 || reportedGaps > 0).toBe(true);
  }

  const findings = await examineStack(stack, {
    redis: redisTarget(readRedisSettings({ ...settings, REDIS_HOST: cluster.address })),
  });
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
});
