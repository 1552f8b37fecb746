import type { Severity } from '@tocsin/contracts';
import { matchesWords } from '@tocsin/contracts/matches-words';
import { severityOf } from '../../format/severity.ts';
import type { Item } from './feed-log.ts';

/** The reader's search. An empty filter matches all items. */
export interface Filter {
  feed: string;
  severity: Severity | '';
  source: string;
  /** Words that must all occur in the title, body, source, category or action labels. Ignores case and accents. */
  text: string;
}

export const emptyFilter = (): Filter => ({ feed: '', severity: '', source: '', text: '' });

/** Returns the number of active filters, excluding the search text. */
export const countFilters = ({ feed, severity, source }: Filter): number =>
  [feed, severity, source].filter((value) => value !== '').length;

export const isFiltering = (filter: Filter): boolean => filter.text.trim() !== '' || countFilters(filter) > 0;

export function filterItems(items: readonly Item[], filter: Filter): readonly Item[] {
  if (!isFiltering(filter)) return items;
  const hasWords = matchesWords(filter.text);
  return items.filter((item) => {
    const { source = '' } = item.notification;
    if (filter.feed !== '' && item.feed !== filter.feed) return false;
    if (filter.severity !== '' && severityOf(item.notification) !== filter.severity) return false;
    if (filter.source !== '' && source !== filter.source) return false;
    return hasWords(item.notification);
  });
}
