import { DEFAULT_FEED } from '@tocsin/contracts';

/** The feeds in the page's `?feed=` parameters, without duplicates. Default: the default feed. */
export function feedsOf(search: string): string[] {
  const named = new URLSearchParams(search).getAll('feed').filter((feed) => feed !== '');
  return named.length > 0 ? [...new Set(named)] : [DEFAULT_FEED];
}
