import { useConnection } from '../../stores/connection.ts';

/** Returns the feeds that the server hasn't refused, or all feeds if it has refused every one. */
export function searchableFeeds(): readonly string[] {
  const { feeds, refused } = useConnection();
  return refused.size === feeds.length ? feeds : feeds.filter((feed) => !refused.has(feed));
}
