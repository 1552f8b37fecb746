import type { Backend } from '../backend.ts';
import { FeedHost, type FeedHostDependencies } from '../deliver/v1/feed-host.ts';
import { createReach, type HostUnreachableError } from '../deliver/route/route-turn.ts';
import type { CallFeed, CallPartition } from '../deliver/receive/announcement.ts';
import { PartitionHost } from '../deliver/turn/partition-host.ts';

export interface Hosts {
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  /** Each takes a turn where its actor lives. */
  callFeed: CallFeed;
  callPartition: CallPartition;
}

/** The hosts of feeds and partitions on this instance, and the ways to those of all instances. */
export function createHosts(
  backend: Pick<Backend, 'callActor' | 'callPartitionActor' | 'checkpoints' | 'log'>,
  turns: FeedHostDependencies,
  onTakeover: (name: string | number, error: HostUnreachableError) => void,
): Hosts {
  const { callActor, callPartitionActor, checkpoints, log } = backend;
  const feedHost = new FeedHost(turns);
  const partitionHost = new PartitionHost({ ...turns, checkpoints, feedHost });
  const callFeed: CallFeed = callActor
    ? createReach({
        callActor,
        host: feedHost,
        stateOf: async (feed) => (await log.readHead(feed))?.etag,
        onTakeover,
      })
    : (feed, announced, caller) => feedHost.turn(feed, announced, caller);
  const callPartition: CallPartition = callPartitionActor
    ? createReach({
        callActor: callPartitionActor,
        host: partitionHost,
        stateOf: async (partition) => (await checkpoints.read(partition))?.etag,
        onTakeover,
      })
    : (partition, announced) => partitionHost.turn(partition, announced);
  return { feedHost, partitionHost, callFeed, callPartition };
}
