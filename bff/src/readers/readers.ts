import type { MarkRead, SearchAnswer } from '@tocsin/contracts';
import type { Inboxes } from './inbox/inboxes.ts';
import type { MuteLists } from './mute-lists.ts';
import type { ReaderPages } from './page-for-reader.ts';
import type { ReaderPreferences } from './preferences.ts';
import type { ReadStates } from './read-states.ts';
import type { SearchRequest } from './search/search.ts';
import type { UnreadCount } from './unread.ts';

/** All that an instance keeps of its readers. */
export interface Readers {
  states: ReadStates;
  inboxes: Inboxes;
  mutes: MuteLists;
  preferences: ReaderPreferences;
  pages: ReaderPages;
  /** Marks as read, and ends marks as unread. */
  markRead: (reader: string, mark: Omit<MarkRead, 'clientId'>, owner: string) => Promise<void>;
  count: (reader: string, feed: string) => Promise<UnreadCount>;
  search: (reader: string, request: SearchRequest) => Promise<SearchAnswer>;
  /** Deletes what belongs to the person, or the nameless, of a feed that was erased. */
  erase: (feed: string) => Promise<void>;
}
