import { parseRedisInfo } from '../../observe/redis-info.ts';
import { clientAt, type ClientOptions } from '../client.ts';
import { addressText, type RedisAddress, type RedisTarget } from '../target.ts';
import { slotRangesOf, type SlotRange, type SlotsReply } from './slots.ts';

const TIMEOUT_MS = 2_000;
const OPTIONS: ClientOptions = {
  connectTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
  reconnectStrategy: false,
  disableOfflineQueue: true,
};

/** Thrown if some slots have no master, or the queried node is cut off from most masters. */
export class ClusterDownError extends Error {
  override name = 'ClusterDownError';
  readonly code = 'cluster_down';
}

/**
 * Asks the nodes, one after the other, which master has which slots. Opens a new connection to each node, and stops at
 * the first one that reports that the cluster is up.
 * @throws ClusterDownError if a node replies that the cluster is down, otherwise the last node's error
 */
export async function findMasters(
  target: RedisTarget,
  nodes: readonly RedisAddress[],
): Promise<readonly SlotRange[]> {
  let fault: unknown;
  for (const address of nodes) {
    const client = clientAt(address, target, OPTIONS);
    // Without a listener, an error event would crash the process. The calls below reject with the same error anyway.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const slots = await client.sendCommand<SlotsReply[]>(['CLUSTER', 'SLOTS']);
      const state = parseRedisInfo(await client.sendCommand<string>(['CLUSTER', 'INFO'])).get(
        'cluster_state',
      );
      if (state === 'ok')
        return slotRangesOf(slots, address).map((range) => ({
          ...range,
          master: target.addressFor?.(range.master) ?? range.master,
        }));
      fault = new ClusterDownError(`cluster_state is ${state} at ${addressText(address)}`);
    } catch (error) {
      // A reply that the cluster is down is more useful than a connection error.
      if (!(fault instanceof ClusterDownError)) fault = error;
    } finally {
      if (client.isOpen) client.destroy();
    }
  }
  throw fault;
}
