import { readFileSync } from 'node:fs';
import { slotOf } from '@tocsin/service/redis';
import { pollUntil } from '@tocsin/tools/net/poll';
import { freePorts } from '@tocsin/tools/net/ports';
import { createClient } from 'redis';
import { startRedis, type AnyRedis, type RedisOptions } from './any-redis.ts';

export interface RedisCluster {
  /** The initial masters, followed by the replicas in the same order. */
  nodes: AnyRedis[];
  /** The addresses of the initial masters, separated by commas. */
  address: string;
  /** Sends a command to a node, and returns the reply. */
  ask<T>(node: AnyRedis, ...command: string[]): Promise<T>;
  /** Returns a key's current master, according to a running node. */
  masterOf(key: string): Promise<AnyRedis>;
  /** Moves a key's slot, and all keys in it, to another master. */
  moveSlot(key: string, from: AnyRedis, to: AnyRedis): Promise<void>;
  stop(): Promise<void>;
}

const MASTERS = 3;
const SLOTS = 16_384;
/** Time after which an unreachable node counts as down (ms). */
const NODE_TIMEOUT_MS = 2_000;

/** Starts a Redis Cluster of three masters with `replicas` replicas each. Resolves when all slots are served. */
export async function startCluster(options: RedisOptions, replicas = 0): Promise<RedisCluster> {
  // By default, the cluster bus port is the node's port plus 10,000, which can be too high or in use.
  const busPorts = await freePorts(MASTERS * (1 + replicas));
  const nodes = await Promise.all(
    busPorts.map((bus, n) =>
      startRedis({
        ...options,
        name: `${options.name}-${n}`,
        settings: {
          ...{ 'cluster-enabled': 'yes', 'cluster-port': String(bus), 'repl-diskless-sync-delay': '0' },
          ...{ 'cluster-node-timeout': String(NODE_TIMEOUT_MS), 'cluster-replica-validity-factor': '0' },
          ...(options.tls && { 'tls-cluster': 'yes' }),
          ...options.settings,
        },
      }),
    ),
  );
  const ask = async <T>(node: AnyRedis, ...command: string[]): Promise<T> => {
    const { tls, settings: { requirepass } = {} } = options;
    const client = createClient({
      socket: {
        ...{ host: '127.0.0.1', port: node.port, reconnectStrategy: false },
        ...(tls && { tls: true, ca: readFileSync(tls.ca.cert), cert: readFileSync(tls.server.cert) }),
        ...(tls && { key: readFileSync(tls.server.key) }),
      },
      ...(requirepass && { password: requirepass }),
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.sendCommand(command)) as T;
    } finally {
      if (client.isOpen) client.destroy();
    }
  };
  await formCluster(nodes, busPorts, ask);
  return {
    nodes,
    ask,
    address: nodes
      .slice(0, MASTERS)
      .map(({ address }) => address)
      .join(','),
    async masterOf(key) {
      const slot = slotOf(key);
      for (const node of nodes.filter(({ process }) => process.running)) {
        const ranges = await ask<[number, number, [string, number]][]>(node, 'CLUSTER', 'SLOTS');
        const [, , [, port = 0] = []] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [];
        const master = nodes.find((candidate) => candidate.port === port);
        if (master) return master;
      }
      throw new Error(`no node knows the master of ${key}`);
    },
    async moveSlot(key, from, to) {
      const slot = String(slotOf(key));
      const [fromId, toId] = await Promise.all(
        [from, to].map((node) => ask<string>(node, 'CLUSTER', 'MYID')),
      );
      await ask(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId as string);
      await ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId as string);
      for (;;) {
        const keys = await ask<string[]>(from, 'CLUSTER', 'GETKEYSINSLOT', slot, '100');
        if (keys.length === 0) break;
        await ask(from, 'MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys);
      }
      for (const node of [to, from, ...nodes.filter((candidate) => candidate !== to && candidate !== from)])
        await ask(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', toId as string).catch(() => undefined);
    },
    stop: async () => void (await Promise.all(nodes.map(({ process }) => process.stop()))),
  };
}

async function formCluster(
  nodes: readonly AnyRedis[],
  busPorts: readonly number[],
  ask: RedisCluster['ask'],
): Promise<void> {
  const [first, ...others] = nodes as [AnyRedis, ...AnyRedis[]];
  for (const [n, node] of nodes.slice(0, MASTERS).entries()) {
    const [from, end] = [n, n + 1].map((part) => Math.floor((part * SLOTS) / MASTERS)) as [number, number];
    await ask(node, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(end - 1));
    await ask(node, 'CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
  }
  for (const node of others)
    await ask(node, 'CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(busPorts[0]));
  const isIn = async (node: AnyRedis, text: string): Promise<boolean> =>
    (await ask<string>(node, 'CLUSTER', 'INFO')).includes(text);
  for (const node of nodes) await eventually(() => isIn(node, `cluster_known_nodes:${nodes.length}\r`));
  for (const [n, replica] of nodes.slice(MASTERS).entries()) {
    const id = await ask<string>(nodes[n % MASTERS] as AnyRedis, 'CLUSTER', 'MYID');
    // The replica might not know yet that the node with this id is a master.
    await eventually(() => ask(replica, 'CLUSTER', 'REPLICATE', id).then(Boolean, () => false));
    await eventually(async () =>
      (await ask<string>(replica, 'INFO', 'replication')).includes('master_link_status:up'),
    );
  }
  for (const node of nodes) await eventually(() => isIn(node, 'cluster_state:ok'));
}

/** @throws Error if `look` doesn't return true before the timeout */
async function eventually(look: () => Promise<boolean>): Promise<void> {
  const fault = await pollUntil(look, { timeoutMs: 20_000 });
  if (fault) throw new Error(`the cluster did not form: ${fault}`);
}
