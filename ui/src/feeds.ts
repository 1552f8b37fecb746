import { DEFAULT_FEED } from '@tocsin/contracts';

/** The feeds that the page address names with `?feed=`, each once; without any, the default one. */
export function feedsOf(search: string): string[] {
  const named = new URLSearchParams(search).getAll('feed').filter((feed) => feed !== '');
  return named.length > 0 ? [...new Set(named)] : [DEFAULT_FEED];
}
