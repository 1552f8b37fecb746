import type { MarkRead, ReadDocument, SearchAnswer } from '@tocsin/contracts';
import type { Inboxes } from './inbox/inboxes.ts';
import type { ReceiptCounter } from './counts/receipt-counter.ts';
import type { MuteLists } from './preferences/mute-lists.ts';
import type { ReaderPages } from './page-for-reader.ts';
import type { ReaderPreferences } from './preferences/preferences.ts';
import type { ReadStates } from './marks/read-states.ts';
import type { SearchRequest } from './search/search.ts';
import type { UnreadCount } from './marks/unread.ts';

/** An instance's services for reader documents. */
export interface Readers {
  states: ReadStates;
  inboxes: Inboxes;
  mutes: MuteLists;
  preferences: ReaderPreferences;
  counter: ReceiptCounter;
  pages: ReaderPages;
  /** Marks notifications as read and removes any unread marks. */
  markRead: (reader: string, mark: Omit<MarkRead, 'clientId'>, owner: string) => Promise<void>;
  count: (reader: string, feed: string) => Promise<UnreadCount>;
  search: (reader: string, request: SearchRequest) => Promise<SearchAnswer>;
  /** A signed-in reader's read state in all feeds except their own. */
  readElsewhere: (reader: string) => Promise<({ feed: string } & ReadDocument)[]>;
  /**
   * Deletes an erased feed's documents: the anonymous readers' documents and, for a user feed, the user's documents,
   * including read state in other feeds.
   */
  erase: (feed: string) => Promise<void>;
}
