import type { Severity } from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import type { Item } from './feed-log.ts';

/** The reader's search. An empty filter matches all items. */
export interface Filter {
  feed: string;
  severity: Severity | '';
  source: string;
  /** Each word must occur in the title, body, source, category or an action's label, ignoring case and accents. */
  text: string;
}

export const noFilter = (): Filter => ({ feed: '', severity: '', source: '', text: '' });

/** Number of active filters, excluding the search text. */
export const countFilters = ({ feed, severity, source }: Filter): number =>
  [feed, severity, source].filter((value) => value !== '').length;

export const isFiltering = (filter: Filter): boolean => filter.text.trim() !== '' || countFilters(filter) > 0;

/** Normalizes text as the server's search does. Upper case last turns `ß` and `ẞ` into `SS`. */
const normalize = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().toUpperCase();

export function filterItems(items: readonly Item[], filter: Filter): readonly Item[] {
  if (!isFiltering(filter)) return items;
  const words = normalize(filter.text).split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const { title, body, source = '', category, actions = [] } = item.notification;
    if (filter.feed !== '' && item.feed !== filter.feed) return false;
    if (filter.severity !== '' && severityOf(item.notification) !== filter.severity) return false;
    if (filter.source !== '' && source !== filter.source) return false;
    if (words.length === 0) return true;
    const text = normalize([title, body, source, category, ...actions.map(({ label }) => label)].join('\n'));
    return words.every((word) => text.includes(word));
  });
}
