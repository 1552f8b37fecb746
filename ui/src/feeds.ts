import { DEFAULT_FEED, MAX_FEEDS_PER_CONNECTION } from '@tocsin/contracts';

/**
 * Returns the feeds in the page's `?feed=` parameters, without duplicates, and at most as many as a connection can
 * have. Without such parameters, returns `all`.
 */
export function feedsOf(search: string): string[] {
  const feeds = new URLSearchParams(search).getAll('feed').filter((feed) => feed !== '');
  return feeds.length > 0 ? [...new Set(feeds)].slice(0, MAX_FEEDS_PER_CONNECTION) : [DEFAULT_FEED];
}
