import type { PeerId } from '../peers/peer.ts';
import { withWatchers, type Audience } from './clients/watchers.ts';
import type { Figures, Sizes, Workload, WorkloadId } from './workload.ts';

/** The peers that have rooms or channels. */
export const PEERS_WITH_FEEDS: readonly PeerId[] = [
  'socketio-streams',
  'socketio-pubsub',
  'centrifugo',
  'tocsin',
];

/** Creates feeds that have one client each and receive messages in turn, so that each message is delivered once. */
export function oneClientEach(kind: string, count: number): Audience {
  const feeds = Array.from({ length: count }, (_, i) => `user:${kind}-${i}`);
  return { feedsOf: feeds.map((feed) => [feed]), feedOf: (index) => feeds[index % count] as string };
}

const withSuffix = (figures: Figures, suffix: string): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${name}${suffix}`, value]));

/**
 * Single messages spread over many feeds. Peers defer some work, so a measurement also includes work for earlier
 * messages. For the first measurement to include such work too, each feed receives a message beforehand.
 */
const manyFeeds = (id: WorkloadId, countOf: (sizes: Sizes) => number): Workload => ({
  id,
  peers: PEERS_WITH_FEEDS,
  run: (peer, context) =>
    withWatchers(peer, context, oneClientEach(id, countOf(context.sizes)), async (watchers) => {
      await watchers.begin();
      return { ...(await watchers.measure(64)), ...withSuffix(await watchers.measure(256), '256') };
    }),
});

export const feeds1 = manyFeeds('feeds-1', () => 1);
export const feeds1000 = manyFeeds('feeds-1000', ({ feeds }) => feeds);
export const feeds10000 = manyFeeds('feeds-10000', ({ manyFeeds: count }) => count);
