import { BROADCAST_STREAM, TOPICS } from '@tocsin/contracts';
import { clientAt, type ClientOptions, type RedisClient } from './client.ts';
import { followCluster } from './cluster/follow-cluster.ts';
import { findMaster } from './find-master.ts';
import { followMaster } from './follow-master.ts';
import type { RedisTarget } from './target.ts';

/** Creates a client that, once connected, stays connected to the `target` server or to the current masters. */
export function persistentClient(target: RedisTarget, options: ClientOptions): RedisClient {
  if (target.cluster) return followCluster(target, options);
  const [address = { host: 'localhost', port: 6379 }] = target.addresses;
  return target.sentinel ? followMaster(target, options) : clientAt(address, target, options);
}

/**
 * Connects once to the `target` server or to the current masters. If the connection is lost later, calls `onLost` and
 * doesn't reconnect. Rejects with the connection error, or with the redirection if the server is unexpectedly a cluster
 * node.
 */
export async function openOnce(
  target: RedisTarget,
  options: Omit<ClientOptions, 'reconnectStrategy'>,
  onLost: () => void = () => undefined,
): Promise<RedisClient> {
  const client = await clientFor(target, { ...options, reconnectStrategy: false });
  let fault: unknown;
  // Without a listener, an error event would crash the process. Commands in progress reject with the same error anyway.
  client.on('error', (error: unknown) => {
    fault ??= error;
    if (client.isOpen) client.destroy();
    onLost();
  });
  try {
    await client.connect();
    // With TLS 1.3, Redis rejects a client certificate only after the handshake.
    await client.ping();
    if (!target.cluster) await checkNoCluster(client);
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw fault ?? error;
  }
}

async function clientFor(target: RedisTarget, options: ClientOptions): Promise<RedisClient> {
  if (target.cluster) return followCluster(target, options);
  const [first = { host: 'localhost', port: 6379 }] = target.addresses;
  return clientAt(target.sentinel ? await findMaster(target) : first, target, options);
}

/** Keys in different slots, so that every cluster node redirects at least one of them. */
const STREAMS = [BROADCAST_STREAM, ...Object.values<string>(TOPICS)];

/** @throws Error with the redirection, if Redis redirects commands to other cluster nodes */
async function checkNoCluster(client: RedisClient): Promise<void> {
  const outcomes = await Promise.allSettled(STREAMS.map((stream) => client.xLen(stream)));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected' && /^MOVED /.test((outcome.reason as Error).message))
      throw outcome.reason;
}
