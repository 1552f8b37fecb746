import type { Position } from '@tocsin/contracts';
import type { ReaderActions } from './reader-types.ts';
import { mark, type MarkName } from './rest/mark-read.ts';
import { changePreferences, fetchPreferences } from './rest/preferences.ts';
import { retryTemporary } from './rest/retry.ts';
import { searchNotifications } from './rest/search.ts';
import { withToken } from './rest/token.ts';
import { fetchUnread } from './rest/unread.ts';
import type { NotificationClientOptions } from './types.ts';

export interface ReaderActionsContext {
  options: NotificationClientOptions;
  random: () => number;
  /** Ends repetitions. */
  signal: AbortSignal;
  /** Where the subscribed feeds stand. */
  positions: () => ReadonlyMap<string, Position | undefined>;
}

/** The calls of a client on behalf of its reader. */
export function createReaderActions({
  options,
  random,
  signal,
  positions,
}: ReaderActionsContext): ReaderActions {
  const { url, clientId } = options;
  const repeat = (work: () => Promise<void>) => retryTemporary(work, { signal, random });
  const send = (name: MarkName, change: { feed: string }) => repeat(() => mark(options, name, change));
  /** An offset is one of the epoch in which the feed stands here. */
  const inEpoch = (feed: string) => {
    const epoch = positions().get(feed)?.epoch;
    return { feed, ...(epoch !== undefined && { epoch }) };
  };
  const markRead: ReaderActions['markRead'] = (feed, read) => send('read', { ...inEpoch(feed), ...read });

  return {
    markRead,
    markUnread: (feed, ids) => send('unread', named(feed, ids)),
    async markAllRead(feeds) {
      const standing = [...positions()].filter(([feed]) => feeds?.includes(feed) ?? true);
      await Promise.all(
        standing.map(async ([feed, position]) => {
          if (position && position.offset > 0) await markRead(feed, { offset: position.offset });
        }),
      );
    },
    async markSeen(feed, offset = positions().get(feed)?.offset) {
      if (offset !== undefined) await send('seen', { ...inEpoch(feed), ...{ offset } });
    },
    archive: (feed, what) => send('archive', { ...inEpoch(feed), ...what }),
    unarchive: (feed, ids) => send('unarchive', named(feed, ids)),
    snooze: (feed, ids, until) =>
      send('snooze', { ...named(feed, ids), ...{ until: new Date(until).toISOString() } }),
    unsnooze: (feed, ids) => send('unsnooze', named(feed, ids)),
    search: async (request, calling) =>
      searchNotifications(url, clientId, request, { ...(await withToken(options)), ...calling }),
    unread: async (feed) => fetchUnread(url, clientId, feed, await withToken(options)),
    preferences: async () => fetchPreferences(url, clientId, await withToken(options)),
    changePreferences: (change) =>
      repeat(async () => changePreferences(url, clientId, change, await withToken(options))),
  };
}

const named = (feed: string, ids: readonly string[]) => ({ feed, ids });
