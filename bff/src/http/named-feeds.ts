import { DEFAULT_FEED, type Identity } from '@tocsin/contracts';

/**
 * Returns `all`, the reader's own feed and the topics that the token lists by name (not as a pattern), each once.
 * Without an identity, returns only `all`.
 */
export function namedFeeds(identity: Identity | undefined): string[] {
  if (!identity) return [DEFAULT_FEED];
  const topics = new Set(identity.feeds.filter((pattern) => !pattern.endsWith('*')));
  return [DEFAULT_FEED, `user:${identity.sub}`, ...[...topics].map((name) => `topic:${name}`)];
}
