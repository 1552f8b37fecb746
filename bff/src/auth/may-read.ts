import { matchesPattern, type Identity } from '@tocsin/contracts';

const TOPIC_PREFIX = 'topic:';

/** Whether the identity may read the feed. If tokens are not required, there is no identity and all feeds are open. */
export function mayRead(identity: Identity | undefined, feed: string): boolean {
  if (!identity || feed === 'all' || feed === `user:${identity.sub}`) return true;
  if (!feed.startsWith(TOPIC_PREFIX)) return false;
  const name = feed.slice(TOPIC_PREFIX.length);
  return identity.feeds.some((pattern) => matchesPattern(pattern, name));
}
