import { setTimeout as delay } from 'node:timers/promises';
import {
  APP_IDS,
  BROADCAST_STREAM,
  TOPICS,
  headKey,
  partitionEntryKey,
  partitionOf,
} from '@tocsin/contracts';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { ensureRedisServer } from '@tocsin/tools/setup/redis';
import type { Say } from '@tocsin/tools/setup/say';
import { startCluster, type RedisCluster } from '../redis/redis-cluster.ts';
import type { AnyRedis } from '../redis/any-redis.ts';

const FEED = 'all';
/** A key for each kind of data, to find the master that stores it. */
const KEYS: Readonly<Record<string, string>> = {
  'master of heads': `${APP_IDS.bff}||${headKey(FEED)}`,
  'master of broadcasts': BROADCAST_STREAM,
  'master of announcements': TOPICS.partitionAnnouncements,
  'master of entries': partitionEntryKey({ partition: partitionOf(FEED, 2), run: 'x', seq: 1 }),
};

/** Names that faults use for a Redis Cluster's masters. */
export const MASTERS: readonly string[] = Object.keys(KEYS);

/** Maximum time (ms) until a replica has taken over, or until the cluster is healthy again. */
const CHANGE_MS = 30_000;
/** Time (ms) that a killed master stays down after the replica has taken over. */
const DOWN_MS = 700;

/** Starts a cluster of three masters with a replica each. @throws Failure if `redis-server` is missing */
export async function startRedisCluster(dir: string, say: Say): Promise<RedisCluster> {
  const { kind, command } = await ensureRedisServer(say);
  if (kind === 'docker')
    throw new Failure('A Redis Cluster needs `redis-server` on this machine. Install it, and try again.');
  return startCluster({ dir, name: 'redis', command }, 1);
}

/**
 * Either kills a master and restarts it once the replica has taken over, or stops it and restarts it immediately.
 * Resolves when all six nodes have rejoined the cluster.
 * @returns true if the master was running, the replica took over after a kill, and the cluster has recovered
 */
export async function failMaster(
  cluster: RedisCluster,
  kind: 'kill' | 'restart',
  name: string,
): Promise<boolean> {
  const key = KEYS[name];
  if (key === undefined) throw new Error(`there is no ${name}`);
  const master = await cluster.masterOf(key);
  const wasRunning = master.process.running;
  if (kind === 'restart') await master.process.stop();
  else await master.process.kill('SIGKILL');
  const isReplaced =
    kind === 'restart' ||
    (await pollUntil(async () => hasNewMaster(await findMaster(cluster, key), master), {
      timeoutMs: CHANGE_MS,
    })) === undefined;
  if (kind === 'kill') await delay(DOWN_MS);
  await master.process.start();
  const fault = await pollUntil(() => isHealthy(cluster), { timeoutMs: CHANGE_MS });
  return wasRunning && isReplaced && fault === undefined;
}

/** True if the current master is known, and isn't `before`. */
const hasNewMaster = (now: AnyRedis | undefined, before: AnyRedis): boolean =>
  now !== undefined && now.port !== before.port;

async function findMaster(cluster: RedisCluster, key: string): Promise<AnyRedis | undefined> {
  return cluster.masterOf(key).catch(() => undefined);
}

/** True if all nodes report that all slots are served, and all replicas are connected to a master. */
async function isHealthy(cluster: RedisCluster): Promise<boolean> {
  const states = await Promise.all(
    cluster.nodes.map(async (node) => {
      const state = await cluster.ask<string>(node, 'CLUSTER', 'INFO').catch(() => '');
      const replication = await cluster.ask<string>(node, 'INFO', 'replication').catch(() => '');
      return (
        state.includes('cluster_state:ok') &&
        (replication.includes('role:master') || replication.includes('master_link_status:up'))
      );
    }),
  );
  return states.every(Boolean);
}
