import type { Severity } from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import type { Item } from './feed-log.ts';

/** The reader's search. An empty filter matches everything. */
export interface Filter {
  feed: string;
  severity: Severity | '';
  /** Each word must occur in title, body or source. */
  text: string;
  unreadOnly: boolean;
}

export const noFilter = (): Filter => ({ feed: '', severity: '', text: '', unreadOnly: false });

export const isFiltering = ({ feed, severity, text, unreadOnly }: Filter): boolean =>
  feed !== '' || severity !== '' || text.trim() !== '' || unreadOnly;

export function filtered(
  items: readonly Item[],
  filter: Filter,
  isUnread: (item: Item) => boolean,
): readonly Item[] {
  if (!isFiltering(filter)) return items;
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const { title, body = '', source = '' } = item.notification;
    if (filter.feed !== '' && item.feed !== filter.feed) return false;
    if (filter.severity !== '' && severityOf(item.notification) !== filter.severity) return false;
    if (filter.unreadOnly && !isUnread(item)) return false;
    const text = `${title}\n${body}\n${source}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
