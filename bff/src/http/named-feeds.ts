import { DEFAULT_FEED, type Identity } from '@tocsin/contracts';

/** `all`, the reader's own feed and the token's topics, each once and no patterns. Just `all` without an identity. */
export function namedFeeds(identity: Identity | undefined): string[] {
  if (!identity) return [DEFAULT_FEED];
  const topics = new Set(identity.feeds.filter((pattern) => !pattern.endsWith('*')));
  return [DEFAULT_FEED, `user:${identity.sub}`, ...[...topics].map((name) => `topic:${name}`)];
}
