import { onScopeDispose, reactive, computed } from 'vue';
import type { ClientStatus } from '@tocsin/client';
import { useConnection, type ConnectionState } from './stores/connection.ts';
import { useItems } from './stores/feeds/items.ts';
import type { Item } from './stores/feeds/feed-log.ts';
import { startSession, type SessionOptions } from './stores/session.ts';
import { useLater } from './stores/later.ts';
import type { useReader } from './stores/reader/reader.ts';
import { useUnread } from './stores/reader/unread.ts';

export type { ConnectionState };

/** `url` of the bff: default is the page's origin. `feeds`: default is `all`. */
export type NotificationsOptions = Partial<SessionOptions>;

export interface Notifications {
  /** Not `live` before every feed has answered. */
  readonly status: ClientStatus;
  /** The connection state that bell and inbox show. More detailed than `status`. */
  readonly connection: ConnectionState;
  /** The connection state in words. */
  readonly connectionText: string;
  /** Those in the inbox, newest first. */
  readonly items: readonly Item[];
  /** @deprecated Use `items`. */
  readonly entries: readonly Item[];
  readonly unread: number;
  /** Unread, and arrived since the inbox was last open: the number at the bell. */
  readonly unseen: number;
  /** The newest page cannot be loaded right now. */
  readonly pageFailed: boolean;
  markRead(item: Item): void;
  markUnread(item: Item): void;
  /** Also takes all toasts down. */
  markAllRead(): void;
  /** Moves it to the archive, from where `moveToInbox` brings it back. */
  archive(item: Item): void;
  /** Moves it to the inbox, from the archive or from a snooze. */
  moveToInbox(item: Item): void;
  /** Takes it out of the inbox until a time, at most a year ahead. */
  snooze(item: Item, until: Date): void;
}

let running = false;

/**
 * Returns the notifications of this page. Call it with options once, in a component that lives as long as you need
 * notifications: it connects, and disconnects when that component is unmounted. Call it without options anywhere else
 * to get the same state. Throws a `TypeError` for options while a call with options is in use.
 */
export function useNotifications(options?: NotificationsOptions): Notifications {
  if (options) start(options);
  const connection = useConnection();
  const list = useItems();
  const unread = useUnread();
  const withReader = (use: (reader: ReturnType<typeof useReader>) => void): void =>
    useLater().run((parts) => use(parts.useReader()));
  const notifications = reactive({
    status: computed(() => connection.status),
    connection: computed(() => connection.state),
    connectionText: computed(() => connection.text),
    items: computed(() => list.items),
    entries: computed(() => list.items),
    unread: computed(() => unread.count),
    pageFailed: computed(() => connection.pageFailed),
    unseen: computed(() => unread.unseen),
    markRead: (item: Item) => withReader((reader) => reader.markRead([item])),
    markUnread: (item: Item) => withReader((reader) => reader.markUnread([item])),
    markAllRead: () => withReader((reader) => reader.markAllRead()),
    archive: (item: Item) => withReader((reader) => reader.archive([item])),
    moveToInbox: (item: Item) => withReader((reader) => reader.moveToInbox([item])),
    snooze: (item: Item, until: Date) => withReader((reader) => reader.snooze([item], until)),
  });
  return notifications;
}

function start({
  url = globalThis.location.origin,
  feeds = ['all'],
  ...options
}: NotificationsOptions): void {
  if (running) throw new TypeError('useNotifications was called with options already, and is still in use.');
  const stop = startSession({ url, feeds, ...options });
  running = true;
  onScopeDispose(() => {
    running = false;
    stop();
  });
}
