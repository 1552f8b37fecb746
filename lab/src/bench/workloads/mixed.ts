import { FEED } from './clients/clients.ts';
import { PEERS_WITH_FEEDS } from './many-feeds.ts';
import { withWatchers, type Audience } from './clients/watchers.ts';
import type { Workload } from './workload.ts';

const WATCHERS_PER_TOPIC = 50;
/** Of every 20 messages, one goes to the feed `all`, three go to topics, and 16 go to one person each. */
const CYCLE = 20;
const TOPICS_IN_CYCLE = 3;
const USERS_IN_CYCLE = CYCLE - 1 - TOPICS_IN_CYCLE;

/** Creates an audience where each person subscribes to a personal feed, a topic, and the feed `all`. */
export function mixedAudience(people: number): Audience {
  const topics = Math.ceil(people / WATCHERS_PER_TOPIC);
  const user = (i: number) => `user:mixed-${i % people}`;
  const topic = (i: number) => `topic:mixed-${i % topics}`;
  const feedsOf = Array.from({ length: people }, (_, i) => [user(i), topic(i), FEED]);
  const feedOf = (index: number) => {
    const [cycle, place] = [Math.floor(index / CYCLE), index % CYCLE];
    if (place === 0) return FEED;
    return place <= TOPICS_IN_CYCLE
      ? topic(cycle * TOPICS_IN_CYCLE + place - 1)
      : user(cycle * USERS_IN_CYCLE + place - 1 - TOPICS_IN_CYCLE);
  };
  return { feedsOf, feedOf };
}

/** A mix of notifications: 80% to one person each, 15% to topics with 50 people, 5% to everyone; 64 in flight. */
export const mixed: Workload = {
  id: 'mixed',
  peers: PEERS_WITH_FEEDS,
  run: (peer, context) =>
    withWatchers(peer, context, mixedAudience(context.sizes.feeds), async (watchers) => {
      await watchers.begin();
      return watchers.measure(64);
    }),
};
