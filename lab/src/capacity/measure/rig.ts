import { join } from 'node:path';
import { bundle, bundleOf } from '@tocsin/tools/build/bundle';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { ROOT } from '@tocsin/tools/paths';
import type { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { usageOf } from '@tocsin/tools/process/usage';
import type { AppCommand } from '@tocsin/tools/stack/pair-processes';
import { startStack, type Stack } from '@tocsin/tools/stack/stack';
import { startPeerRedis, type PeerRedis } from '../../bench/peers/peer-redis.ts';
import type { Peer } from '../../bench/peers/peer.ts';
import { nodeOptionsOf, serverNode } from '../../bench/peers/server-node.ts';
import { tocsinProtocol } from '../../bench/protocols/tocsin.ts';
import { readMetric } from '../../bench/read-metric.ts';
import { KINDS, type Kind } from '../model/constants.ts';

/**
 * Our stack with a separate Redis server for the broadcaster, so that the CPU time of Redis can be measured separately
 * for the broadcaster and for Dapr.
 */
export interface Rig {
  instances: number;
  stack: Stack;
  /** The stack as a peer for the benchmark's harness. */
  peer: Peer;
  processes: Record<Kind, ManagedProcess[]>;
  /** `host:port` of the Redis server that Dapr's components use. */
  store: string;
  /** `host:port` of the broadcaster's Redis server. */
  broadcast: string;
  /** Stops all processes and deletes all data. */
  stop(): Promise<void>;
}

const TITLE = 'n';
/** On SIGUSR1, Node opens the inspector on a free port. See `measureRetained`. */
const INSPECTABLE = '--inspect-port=0';

/** Runs the built bundles, as the container images do. */
const appOf = (node: string, app: 'producer' | 'bff'): AppCommand => ({
  cwd: join(ROOT, app),
  command: [node, ...nodeOptionsOf(app), INSPECTABLE, bundleOf(app)],
});

/** Additional settings of the applications. */
export interface RigSettings {
  producerEnv?: Record<string, string>;
  bffEnv?: Record<string, string>;
}

/**
 * Starts a rig. If that fails, stops all its processes.
 * @throws Failure if it can't start
 */
export async function startRig(
  instances: number,
  logDir: string,
  { producerEnv = {}, bffEnv = {} }: RigSettings = {},
): Promise<Rig> {
  const redises: PeerRedis[] = [];
  const startRedis = async (name: string) => {
    const redis = await startPeerRedis({ persistence: true, logDir: join(logDir, name) });
    redises.push(redis);
    return redis;
  };
  const stopRedises = async () => {
    await Promise.all(redises.map((redis) => redis.stop()));
  };
  try {
    await Promise.all((['producer', 'bff'] as const).map((app) => bundle(app)));
    const node = await serverNode();
    const store = await startRedis('store');
    const broadcast = await startRedis('broadcast');
    const stack = await startStack({
      bffs: instances,
      redisHost: store.address,
      env: { NODE_ENV: 'production' },
      apps: { producer: appOf(node, 'producer'), bff: appOf(node, 'bff') },
      bffEnv: { ...bffEnv, REDIS_HOST: broadcast.address },
      producerEnv,
      logDir,
    });
    const { producers, bffs } = stack;
    const processes: Rig['processes'] = {
      producer: producers.map(({ app }) => app),
      producerSidecar: producers.map(({ sidecar }) => sidecar),
      bff: bffs.map(({ app }) => app),
      bffSidecar: bffs.map(({ sidecar }) => sidecar),
      redis: [store.process],
      broadcast: [broadcast.process],
    };
    const stop = async () => {
      await stack.stop();
      await stopRedises();
    };
    return {
      instances,
      stack,
      processes,
      store: store.address,
      broadcast: broadcast.address,
      stop,
      peer: {
        id: 'tocsin',
        name: 'Tocsin',
        version: '',
        setup: '',
        protocol: tocsinProtocol,
        publishUrls: producers.map(({ url }) => `${url}/notifications`),
        socketUrls: bffs.map(({ url }) => url),
        requestFor: (messages) => {
          const items = messages.map(({ feed, text }) => ({ feed, title: TITLE, body: text }));
          return { body: JSON.stringify(items.length === 1 ? items[0] : items) };
        },
        processes: [],
        restart: () => Promise.reject(new Error('The rig does not support restarts.')),
        stop,
      },
    };
  } catch (error) {
    await stopRedises();
    throw error;
  }
}

/** Returns the CPU time used so far by process kind (µs). */
export function readCpu({ processes }: Rig): Record<Kind, number> {
  const sumOf = (kind: Kind) =>
    processes[kind].reduce((sum, { pid }) => sum + usageOf(pid).cpuSeconds * 1e6, 0);
  return Object.fromEntries(KINDS.map((kind) => [kind, sumOf(kind)])) as Record<Kind, number>;
}

/** Returns the total resident memory used by processes of this kind (bytes). */
export const memoryOf = ({ processes }: Rig, kind: Kind): number =>
  processes[kind].reduce((sum, { pid }) => sum + usageOf(pid).memory, 0);

export async function bffMetric({ stack }: Rig, name: string): Promise<number> {
  const values = await Promise.all(stack.bffs.map(({ url }) => readMetric(`${url}/metrics`, name)));
  return values.reduce((sum, value) => sum + value, 0);
}

export const countPublications = (rig: Rig): Promise<number> =>
  bffMetric(rig, 'tocsin_bff_publications_total');

export async function countDepositedEntries({ stack }: Rig): Promise<number> {
  const labels = { step: 'deposit' };
  const values = await Promise.all(
    stack.producers.map(({ url }) =>
      readMetric(`${url}/metrics`, 'tocsin_producer_entry_steps_total', labels),
    ),
  );
  return values.reduce((sum, value) => sum + value, 0);
}

/** Maximum time until accepted notifications are published (ms). */
const PUBLISH_MS = 60_000;

/** Resolves when `count` notifications have been committed and broadcast. @throws Failure after a minute */
export async function untilPublished(rig: Rig, count: number): Promise<void> {
  const fault = await pollUntil(
    () =>
      countPublications(rig).then(
        (published) => published >= count,
        // The bff is busy. Retry.
        () => false,
      ),
    {
      timeoutMs: PUBLISH_MS,
      everyMs: 100,
    },
  );
  if (fault)
    throw new Failure(
      `Some accepted notifications have not been published: ${fault}. Logs: ${rig.stack.logDir}`,
    );
}

/** Resolves when no clients are connected. @throws Failure after 30 s */
export async function untilDisconnected(rig: Rig): Promise<void> {
  const hasNoConnections = async () => (await bffMetric(rig, 'tocsin_bff_connections')) === 0;
  const fault = await pollUntil(hasNoConnections, { timeoutMs: 30_000, everyMs: 200 });
  if (fault) throw new Failure(`Clients are still connected: ${fault}. Logs: ${rig.stack.logDir}`);
}
