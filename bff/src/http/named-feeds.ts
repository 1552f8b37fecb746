import { DEFAULT_FEED, type Identity } from '@tocsin/contracts';

/** Feeds that are read in one call at most. */
const MOST_FEEDS = 100;

/** The feeds that a token names; a pattern for topics names none. */
export function namedFeeds(identity: Identity | undefined): string[] {
  if (!identity) return [DEFAULT_FEED];
  const topics = identity.feeds.filter((pattern) => !pattern.endsWith('*'));
  return [DEFAULT_FEED, `user:${identity.sub}`, ...topics.map((name) => `topic:${name}`)].slice(
    0,
    MOST_FEEDS,
  );
}
