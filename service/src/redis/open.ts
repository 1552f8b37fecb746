import { clientAt, type ClientOptions, type RedisClient } from './client.ts';
import { findMaster } from './find-master.ts';
import { followMaster } from './follow-master.ts';
import type { RedisTarget } from './target.ts';

/** A client that stays on the Redis of `target`, or on its current master. Not connected yet. */
export function lastingClient(target: RedisTarget, options: ClientOptions): RedisClient {
  const [address = { host: 'localhost', port: 6379 }] = target.addresses;
  return target.sentinel ? followMaster(target, options) : clientAt(address, target, options);
}

/**
 * Connects once to the Redis of `target`, or to its current master. A lost connection is not reopened; `onLost` is called then.
 * Rejects with the fault of the connection.
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
  // Without a listener, an error would end the process. Running commands reject with the error.
  client.on('error', (error: unknown) => {
    fault ??= error;
    if (client.isOpen) client.destroy();
    onLost();
  });
  try {
    await client.connect();
    // With TLS 1.3, Redis refuses a client certificate only after the handshake.
    await client.ping();
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw fault ?? error;
  }
}
