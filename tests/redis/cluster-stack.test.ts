import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNotifications, type RedisCluster, startCluster } from '@tocsin/lab';
import { readRedisSettings, redisTarget } from '@tocsin/service/redis';
import { ROOT, startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { examineStack } from '../support/redis/examine-stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-cluster-stack-'));
/** Connects as a user with the permissions in docs/redis-users.acl. */
const settings = { REDIS_CLUSTER: 'true', REDIS_USERNAME: 'tocsin', REDIS_PASSWORD: 'secret' } as const;
let cluster: RedisCluster;
let stack: Stack;

beforeAll(async () => {
  cluster = await startCluster({ dir, name: 'node' });
  const users = readFileSync(join(ROOT, 'docs', 'redis-users.acl'), 'utf8').replace(
    '>change-me ',
    '>secret ',
  );
  const [, user = ''] = /^user (tocsin .*)$/m.exec(users) ?? [];
  for (const node of cluster.nodes) await cluster.ask(node, 'ACL', 'SETUSER', ...user.split(' '));
  stack = await startStack({ redisHost: cluster.address, redisSettings: settings });
});
afterAll(async () => {
  await stack?.stop();
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('should deliver on a three-master cluster as a restricted user, and pass the doctor’s checks', async () => {
  const flow = new Flow(stack, 1);
  await flow.ready();
  for (const notification of makeNotifications(5)) await flow.caller.post([notification]);
  await flow.complete();
  flow.close();

  const findings = await examineStack(stack, {
    redis: redisTarget(readRedisSettings({ ...settings, REDIS_HOST: cluster.address })),
  });
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
});
