import type { Notification, SearchQuery } from '@tocsin/contracts';
import { matchesWords } from '@tocsin/contracts/matches-words';

export type Filter = Pick<SearchQuery, 'q' | 'severity' | 'source' | 'category'>;

/**
 * Returns a function that checks whether a notification contains every word of `q` and has a requested severity, source
 * and category.
 */
export function createMatcher({ q, severity, source, category }: Filter): (one: Notification) => boolean {
  const hasWords = matchesWords(q);
  const isIn = (list: readonly string[] | undefined, value: string | undefined) =>
    list === undefined || (value !== undefined && list.includes(value));
  return (one) =>
    isIn(severity, one.severity) && isIn(source, one.source) && isIn(category, one.category) && hasWords(one);
}
