import type { Backend } from '../backend.ts';
import { createTurnRouter, type HostUnreachableError } from '../deliver/route/route-turn.ts';
import { PartitionHost } from '../deliver/turn/partition-host.ts';
import { FeedHost, type FeedHostDependencies } from '../deliver/turn/feed-host.ts';
import type { FeedTurnTaker, PartitionTurnTaker } from '../deliver/turn/turn.ts';

export interface Hosts {
  feedHost: FeedHost;
  partitionHost: PartitionHost;
  /**
   * Runs a feed's turn on the instance that hosts the feed's actor. `routePartitionTurn` does the same for partitions.
   */
  routeFeedTurn: FeedTurnTaker;
  routePartitionTurn: PartitionTurnTaker;
}

/**
 * Creates this instance's feed and partition hosts, and the functions that route turns to the instance hosting the
 * actor.
 */
export function createHosts(
  backend: Pick<Backend, 'callFeedActor' | 'callPartitionActor' | 'checkpoints' | 'log'>,
  turns: FeedHostDependencies,
  onTakeover: (name: string | number, error: HostUnreachableError) => void,
): Hosts {
  const { callFeedActor, callPartitionActor, checkpoints, log } = backend;
  const feedHost = new FeedHost(turns);
  const partitionHost = new PartitionHost({ ...turns, checkpoints, feedHost });
  const routeFeedTurn: FeedTurnTaker = callFeedActor
    ? createTurnRouter({
        callActor: callFeedActor,
        host: feedHost,
        stateOf: async (feed) => (await log.readHead(feed))?.etag,
        onTakeover,
      })
    : (feed, announced, caller) => feedHost.takeTurn(feed, announced, caller);
  const routePartitionTurn: PartitionTurnTaker = callPartitionActor
    ? createTurnRouter({
        callActor: callPartitionActor,
        host: partitionHost,
        stateOf: async (partition) => (await checkpoints.read(partition))?.etag,
        onTakeover,
      })
    : (partition, announced) => partitionHost.takeTurn(partition, announced);
  return { feedHost, partitionHost, routeFeedTurn, routePartitionTurn };
}
