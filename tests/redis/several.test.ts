import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROADCAST_STREAM, COMPONENTS, TOPICS } from '@tocsin/contracts';
import { type AnyRedis, makeNotifications, type RedisCluster, startCluster, startRedis } from '@tocsin/lab';
import { readRedisParts } from '@tocsin/service/redis';
import { ROOT, startStack, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow } from '../support/flow.ts';
import { keysWith } from '../support/redis/every-key.ts';
import { eventually } from '../support/state.ts';
import { examineStack } from '../support/redis/examine-stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-several-'));
const PARTS = ['entries', 'topics', 'audit', 'broadcaster'] as const;
/** The prefix of each component's secrets. */
const PREFIXES: Record<string, string> = {
  [COMPONENTS.state]: 'STATE_',
  [COMPONENTS.entries]: 'ENTRIES_',
  [COMPONENTS.pubsub]: 'TOPICS_',
  [COMPONENTS.deadLetters]: 'TOPICS_',
  [COMPONENTS.audit]: 'AUDIT_',
};
const servers = {} as Record<(typeof PARTS)[number], AnyRedis>;
let cluster: RedisCluster;
let stack: Stack;
let settings: Record<`REDIS_${string}`, string>;

/** The state is on a cluster. Entries, topics, the audit trail and the broadcaster each have a separate Redis. */
beforeAll(async () => {
  cluster = await startCluster({ dir, name: 'state' });
  for (const name of PARTS) servers[name] = await startRedis({ dir, name });
  const components = join(dir, 'components');
  cpSync(join(ROOT, 'components'), components, { recursive: true });
  // Give each component separate secrets, as in docs/guides/redis.md.
  for (const [name, prefix] of Object.entries(PREFIXES)) {
    const file = join(components, `${name}.yaml`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replaceAll(/secretKeyRef: \{ name: (HOST|TYPE) \}/g, `secretKeyRef: { name: ${prefix}$1 }`),
    );
  }
  settings = {
    ...{ REDIS_STATE_HOST: cluster.address, REDIS_STATE_CLUSTER: 'true' },
    ...{ REDIS_ENTRIES_HOST: servers.entries.address, REDIS_TOPICS_HOST: servers.topics.address },
    REDIS_AUDIT_HOST: servers.audit.address,
  };
  stack = await startStack({ redisHost: servers.broadcaster.address, redisSettings: settings, components });
});
afterAll(async () => {
  await stack?.stop();
  await cluster.stop();
  await Promise.all(Object.values(servers).map(({ process }) => process.stop()));
  rmSync(dir, { recursive: true, force: true });
});

/**
 * Returns the kinds of keys on a Redis server. A kind is the first part of a key: `bff`, `producer`, `entry`, `tocsin`
 * or a topic name.
 */
async function kindsAt(address: string): Promise<string[]> {
  const client = createClient({ url: `redis://${address}` });
  await client.connect();
  const keys = await client.keys('*');
  client.destroy();
  return [...new Set(keys.map((key) => key.split(/[:|]/, 1)[0] ?? ''))].sort();
}

it('should deliver, trim and erase with a separate Redis for each part, and pass the doctor’s checks', async () => {
  const flow = new Flow(stack, 1);
  await flow.ready();
  for (const notification of makeNotifications(5)) await flow.caller.post([notification]);
  await flow.complete();
  flow.close();

  expect(await kindsAt(servers.broadcaster.address)).toEqual(['tocsin']);
  expect((await kindsAt(servers.entries.address)).filter((kind) => kind !== 'entry')).toEqual([]);
  expect(await kindsAt(servers.topics.address)).toContain(TOPICS.partitionAnnouncements);
  const states = (await Promise.all(cluster.nodes.map(({ address }) => kindsAt(address)))).flat();
  expect([...new Set(states)].filter((kind) => kind !== 'producer')).toEqual(['bff']);

  // The stream keeper trims the streams in the Redis for topics.
  const topics = createClient({ url: `redis://${servers.topics.address}` });
  topics.on('error', () => undefined);
  await topics.connect();
  await eventually(async () => (await topics.xLen(TOPICS.partitionAnnouncements)) === 0);
  topics.destroy();

  // An erasure also removes content from orphaned state documents and from remaining events in the topics.
  const [producer] = stack.producers;
  const feed = 'user:erased';
  const post = await fetch(`${producer?.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'gone', feed, title: 'content-to-erase' }),
  });
  expect(post.status).toBe(202);
  const places = [...cluster.nodes, ...Object.values(servers)].map(({ address }) => address);
  const keysWithContent = async () =>
    (await Promise.all(places.map((at) => keysWith(at, 'content-to-erase')))).flat();
  await eventually(async () => (await keysWithContent()).some((key) => key.startsWith('bff||segment')));
  const erased = await fetch(`${producer?.url}/feeds/${encodeURIComponent(feed)}`, { method: 'DELETE' });
  expect(erased.status).toBe(202);
  await eventually(
    async () => (await keysWithContent()).filter((key) => key !== BROADCAST_STREAM).length === 0,
    60_000,
  );

  const redisParts = readRedisParts({ ...settings, REDIS_HOST: servers.broadcaster.address });
  const findings = await examineStack(stack, { redis: redisParts.broadcaster, redisParts });
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
  expect(findings.map(({ check }) => check)).toContain('redis fsync of state');
});
