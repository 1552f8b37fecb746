import { useConnection } from '../../stores/connection.ts';

/** The feeds that the server hasn't refused, or all if it refuses every feed. */
export function searchableFeeds(): readonly string[] {
  const { feeds, refused } = useConnection();
  return refused.size === feeds.length ? feeds : feeds.filter((feed) => !refused.has(feed));
}
