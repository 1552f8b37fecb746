import type { Severity } from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import type { Entry } from './feed-log.ts';

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
  entries: readonly Entry[],
  filter: Filter,
  isUnread: (entry: Entry) => boolean,
): readonly Entry[] {
  if (!isFiltering(filter)) return entries;
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const { title, body = '', source = '' } = entry.notification;
    if (filter.feed !== '' && entry.feed !== filter.feed) return false;
    if (filter.severity !== '' && severityOf(entry.notification) !== filter.severity) return false;
    if (filter.unreadOnly && !isUnread(entry)) return false;
    const text = `${title}\n${body}\n${source}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
