import { DEFAULT_FEED } from '@tocsin/contracts';

/** The feeds in the page's `?feed=` parameters, without duplicates. Default: the default feed. */
export function feedsOf(search: string): string[] {
  const feeds = new URLSearchParams(search).getAll('feed').filter((feed) => feed !== '');
  return feeds.length > 0 ? [...new Set(feeds)] : [DEFAULT_FEED];
}
