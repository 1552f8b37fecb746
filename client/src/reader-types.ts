import type { Preferences, SearchAnswer, Unread } from '@tocsin/contracts';
import type { SearchRequest } from './rest/search.ts';

/** Everything up to `offset`, or these `ids`, or both. */
export type Read = { offset: number; ids?: readonly string[] } | { offset?: never; ids: readonly string[] };

/**
 * What a reader can do, kept on the server, from where it comes to all tabs and devices of the reader. Changes that fail
 * temporarily are tried again for about a minute, or until `close()`; then they reject as `fetchPage` does, or with
 * `ClientError` and the code `no_token`. Repeating a change is harmless. All but `markRead` need a reader with a name: a
 * signed-in one, or a `clientId`.
 */
export interface ReaderActions {
  /** Marks as read, told by `onRead`, and ends marks as unread. */
  markRead(feed: string, read: Read): Promise<void>;
  /** Marks as unread, although read. */
  markUnread(feed: string, ids: readonly string[]): Promise<void>;
  /** Marks as read what is subscribed to, or these feeds of it, each up to where it stands here. */
  markAllRead(feeds?: readonly string[]): Promise<void>;
  /** The reader has seen everything up to `offset`. Default: up to where the feed stands here. */
  markSeen(feed: string, offset?: number): Promise<void>;
  /** Moves to the archive. It stays there as long as the history holds it. */
  archive(feed: string, what: Read): Promise<void>;
  /** Moves out of the archive, to where it was before. */
  unarchive(feed: string, ids: readonly string[]): Promise<void>;
  /**
   * Takes out of the inbox until a time, at most a year ahead; snoozed again, until that time. Rejects with a
   * `ProblemError` of status 404 for ids that the history does not hold, and 409 when the reader has snoozed too much.
   */
  snooze(feed: string, ids: readonly string[], until: Date | string): Promise<void>;
  /** Ends snoozes, also ones whose time has come. */
  unsnooze(feed: string, ids: readonly string[]): Promise<void>;
  /** Searches on the server; with `more`, ask again with the `cursor`. Does not repeat what fails. */
  search(request: SearchRequest, options?: { signal?: AbortSignal }): Promise<SearchAnswer>;
  /** How much waits to be read, in one feed or in all that the token names. Does not repeat what fails. */
  unread(feed?: string): Promise<Unread>;
  /** The preferences of the reader. Does not repeat what fails; `on('preferences', …)` tells of changes. */
  preferences(): Promise<Preferences>;
  /** Changes these preferences and no others. */
  changePreferences(change: Partial<Preferences>): Promise<void>;
}
