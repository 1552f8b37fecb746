import { clientAt, type ClientOptions, type RedisClient } from './client.ts';
import { findMaster } from './find-master.ts';
import { followMaster } from './follow-master.ts';
import type { RedisTarget } from './target.ts';

/** A client that stays connected to the Redis of `target`, or to its current master. Not connected yet. */
export function persistentClient(target: RedisTarget, options: ClientOptions): RedisClient {
  const [address = { host: 'localhost', port: 6379 }] = target.addresses;
  return target.sentinel ? followMaster(target, options) : clientAt(address, target, options);
}

/**
 * Connects once to the Redis of `target`, or to its current master. If the connection is lost later, calls `onLost` and
 * does not reconnect. Rejects with the connection error.
 */
export async function openOnce(
  target: RedisTarget,
  options: Omit<ClientOptions, 'reconnectStrategy'>,
  onLost: () => void = () => undefined,
): Promise<RedisClient> {
  const [first = { host: 'localhost', port: 6379 }] = target.addresses;
  const address = target.sentinel ? await findMaster(target) : first;
  const client = clientAt(address, target, { ...options, reconnectStrategy: false });
  let fault: unknown;
  // Without a listener, an error event would end the process. Commands in progress reject with the same error.
  client.on('error', (error: unknown) => {
    fault ??= error;
    if (client.isOpen) client.destroy();
    onLost();
  });
  try {
    await client.connect();
    // With TLS 1.3, Redis rejects a client certificate only after the handshake.
    await client.ping();
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw fault ?? error;
  }
}
