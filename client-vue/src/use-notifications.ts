import { onScopeDispose, reactive, computed } from 'vue';
import type { ClientStatus } from '@tocsin/client';
import { useConnection, type ConnectionState } from './stores/connection.ts';
import { useItems } from './stores/feeds/items.ts';
import type { Item } from './stores/feeds/feed-log.ts';
import { startSession, type SessionOptions } from './stores/session.ts';
import { useLateStores } from './stores/late-stores.ts';
import type { useReader } from './stores/reader/reader.ts';
import { useUnread } from './stores/reader/unread.ts';

export type { ConnectionState };

/** `url` is the bff's URL and defaults to the page's origin. `feeds` defaults to `all`. */
export type NotificationsOptions = Partial<SessionOptions>;

export interface Notifications {
  /** Not `live` until the server has responded for every feed. */
  readonly status: ClientStatus;
  /** The connection state shown by the bell and the inbox. More detailed than `status`. */
  readonly connection: ConnectionState;
  /** The connection state in words. */
  readonly connectionText: string;
  /** Notifications in the inbox, newest first. */
  readonly items: readonly Item[];
  /** @deprecated Use `items`. */
  readonly entries: readonly Item[];
  readonly unread: number;
  /** The count on the bell: unread notifications that arrived since the inbox was last open. */
  readonly unseen: number;
  /** Whether the newest page currently fails to load. */
  readonly pageFailed: boolean;
  markRead(item: Item): void;
  markUnread(item: Item): void;
  /** Marks all loaded notifications as read and dismisses all toasts. */
  markAllRead(): void;
  /** Archives the item. `moveToInbox` restores it. */
  archive(item: Item): void;
  /** Moves an archived or snoozed item to the inbox. */
  moveToInbox(item: Item): void;
  /** Removes the item from the inbox until a given time at most a year ahead. */
  snooze(item: Item, until: Date): void;
}

let running = false;

/**
 * Returns the page's notifications. Call it with options in a single component that stays mounted for as long as you
 * need notifications. It connects, then disconnects when that component unmounts. Anywhere else, call it without
 * options to get the same state. Throws a `TypeError` if called with options again before that component unmounts.
 */
export function useNotifications(options?: NotificationsOptions): Notifications {
  if (options) start(options);
  const connection = useConnection();
  const list = useItems();
  const unread = useUnread();
  const withReader = (use: (reader: ReturnType<typeof useReader>) => void): void =>
    useLateStores().run((parts) => use(parts.useReader()));
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

function start({ url = location.origin, feeds = ['all'], ...options }: NotificationsOptions): void {
  if (running) throw new TypeError('useNotifications() is already running. Call it without options.');
  const stop = startSession({ url, feeds, ...options });
  running = true;
  onScopeDispose(() => {
    running = false;
    stop();
  });
}
