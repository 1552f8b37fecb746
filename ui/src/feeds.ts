import { DEFAULT_FEED, MAX_FEEDS_PER_CONNECTION } from '@tocsin/contracts';

/**
 * The feeds from the page's `?feed=` parameters, deduplicated and limited to the maximum per connection. Default:
 * `all`.
 */
export function feedsOf(search: string): string[] {
  const feeds = new URLSearchParams(search).getAll('feed').filter((feed) => feed !== '');
  return feeds.length > 0 ? [...new Set(feeds)].slice(0, MAX_FEEDS_PER_CONNECTION) : [DEFAULT_FEED];
}
