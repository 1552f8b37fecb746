import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS, headKey, type Page } from '@tocsin/contracts';
import { startCluster, type AnyRedis, type RedisCluster } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, afterEach, expect, it } from 'vitest';
import { streamThrough } from '../../support/redis/stream-through.ts';
import { eventually } from '../../support/state.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-lost-shard-'));
let cluster: RedisCluster | undefined;
let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  await cluster?.stop();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/**
 * Kills a key's master and replica, and restarts them without data. Then makes them rejoin the cluster as `join.sh` in
 * k8s/components/redis-cluster-nodes does.
 */
async function loseShard({ nodes, ask, masterOf }: RedisCluster, name: string, key: string): Promise<void> {
  const master = await masterOf(key);
  const at = nodes.indexOf(master);
  const replica = nodes[(at + 3) % nodes.length] as AnyRedis;
  const survivor = nodes.find((node) => node !== master && node !== replica) as AnyRedis;
  const ranges = await ask<[number, number, [string, number]][]>(survivor, 'CLUSTER', 'SLOTS');
  const [from, to] = ranges.find(([, , [, port]]) => port === master.port) ?? [];
  const nodeLines = await ask<string>(survivor, 'CLUSTER', 'NODES');
  const [, busPort = ''] = /@(\d+)(?:,\S*)? myself/.exec(nodeLines) ?? [];

  await Promise.all([master.process.kill(), replica.process.kill()]);
  const has = async (node: AnyRedis, text: string) =>
    (await ask<string>(node, 'CLUSTER', 'INFO').catch(() => '')).includes(text);
  await eventually(() => has(survivor, 'cluster_state:fail'));
  for (const node of [master, replica]) {
    const data = join(dir, `${name}-${nodes.indexOf(node)}`);
    rmSync(data, { recursive: true });
    mkdirSync(data);
    await node.process.start();
    await eventually(() => has(node, 'cluster_known_nodes:1'));
    await ask(node, 'CLUSTER', 'MEET', '127.0.0.1', String(survivor.port), busPort);
  }
  // Four remaining and two new nodes. The new nodes never learn about the nodes they replace.
  for (const node of [master, replica]) await eventually(() => has(node, 'cluster_known_nodes:6'));
  await ask(master, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  await ask(master, 'CLUSTER', 'BUMPEPOCH');
  const id = await ask<string>(master, 'CLUSTER', 'MYID');
  await eventually(() => ask(replica, 'CLUSTER', 'REPLICATE', id).then(Boolean, () => false));
  for (const node of nodes) await eventually(() => has(node, 'cluster_state:ok'));
}

const pageOf = async ({ bffs: [bff] }: Stack): Promise<Page> =>
  (await fetch(`${bff?.url}/app/notifications?limit=200`)).json() as Promise<Page>;

it.each([
  ['head', `bff||${headKey('all')}`],
  ['announcements', TOPICS.partitionAnnouncements],
])('should continue after both the master and the replica for the %s lose all data', async (name, key) => {
  cluster = await startCluster({ dir, name }, 1);
  const started = cluster;
  stack = await startStack({ redisHost: cluster.address, redisSettings: { REDIS_CLUSTER: 'true' } });
  const used = stack;
  let before: Page | undefined;
  const results = await streamThrough(stack, async () => {
    before = await pageOf(used);
    await loseShard(started, name, key);
  });
  const after = await pageOf(stack);
  console.log(
    `${name}: epoch ${before?.epoch} before, ${after.epoch} after, ${after.publications.length} publications`,
  );
  for (const { duplicated, outOfOrder, skipped, lost, reportedGaps } of results) {
    expect({ duplicated, outOfOrder, skipped }).toEqual({ duplicated: [], outOfOrder: [], skipped: [] });
    expect(lost.length === 0 || reportedGaps > 0).toBe(true);
  }
  if (name === 'head') {
    expect(after.epoch).not.toBe(before?.epoch);
    expect(results.every(({ reportedGaps }) => reportedGaps > 0)).toBe(true);
  }
});

it('should serve a lost master’s data from the replica once it’s told to take over', async () => {
  // Same as in k8s/components/redis-cluster-nodes, so that a restarted replica doesn't take over by itself.
  const settings = { 'cluster-replica-validity-factor': '10' };
  cluster = await startCluster({ dir, name: 'takeover', settings }, 1);
  const { nodes, ask, masterOf } = cluster;
  const master = await masterOf('kept');
  const replica = nodes[(nodes.indexOf(master) + 3) % nodes.length] as AnyRedis;
  await ask(master, 'SET', 'kept', 'value');
  await eventually(async () => (await ask<string>(replica, 'INFO', 'keyspace')).includes('keys=1'));
  await Promise.all(nodes.map((node) => node.process.kill()));
  const others = nodes.filter((node) => node !== master);
  await Promise.all(others.map((node) => node.process.start()));
  const has = async (node: AnyRedis, text: string) =>
    (await ask<string>(node, 'CLUSTER', 'INFO').catch(() => '')).includes(text);
  for (const node of others) await eventually(() => has(node, 'cluster_state:fail'));
  await ask(replica, 'CLUSTER', 'FAILOVER', 'TAKEOVER');
  for (const node of others) await eventually(() => has(node, 'cluster_state:ok'));
  expect(await ask(replica, 'GET', 'kept')).toBe('value');
});
