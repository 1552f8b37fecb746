import type { Position, ReadState } from '@tocsin/contracts';
import { computed, shallowRef } from 'vue';
import { isPosition, type Read } from '@tocsin/client';
import { defineStore } from '../define-store.ts';
import { useItems } from '../feeds/items.ts';
import type { Item } from '../feeds/feed-log.ts';
import { useMutes } from './mutes.ts';
import { keepInMemory, readJson, safeStorage } from '../storage.ts';

const KEY = 'tocsin.last-opened';
/** Most individually read ids kept per feed; the oldest are dropped first. */
export const MAX_IDS = 1_000;

/**
 * The offset up to which a feed was read, the ids read after it, and when (ms since 1970). After a change of the epoch,
 * the time decides.
 */
export type ReadMark = Position & { at: number; ids: ReadonlySet<string> };
type Marks = Readonly<Record<string, ReadMark>>;

export const isUnread = ({ epoch, offset, time, notification }: Item, mark: ReadMark | undefined): boolean =>
  mark !== undefined &&
  !mark.ids.has(notification.id) &&
  (epoch === mark.epoch ? offset > mark.offset : time > mark.at);

function parse(value: unknown): Marks {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([feed, mark]: [string, unknown]) => {
      if (!isPosition(mark)) return [];
      const { at, ids = [] } = mark as Position & { at?: unknown; ids?: unknown };
      if (typeof at !== 'number' || !Array.isArray(ids)) return [];
      return [[feed, { epoch: mark.epoch, offset: mark.offset, at, ids: new Set(ids.map(String)) }]];
    }),
  );
}

const newest = (ids: Iterable<string>): ReadonlySet<string> => new Set([...ids].slice(-MAX_IDS));

/**
 * The reader's read state: shared with the server, which passes it on to other tabs and devices, and kept in this
 * browser.
 */
export const useUnread = defineStore(() => {
  let storage = safeStorage(() => localStorage);
  let send: ((feed: string, read: Read) => Promise<void>) | undefined;
  const notifications = useItems();
  const mutes = useMutes();
  const marks = shallowRef<Marks>(parse(readJson(storage, KEY)));

  const unreadOf = (item: Item): boolean => isUnread(item, marks.value[item.feed]);
  const count = computed(
    () => notifications.items.filter((item) => unreadOf(item) && !mutes.isMuted(item)).length,
  );
  /** The oldest loaded item is unread and there are older ones, so more may be unread. */
  const atLeast = computed(() => {
    const oldest = notifications.items.at(-1);
    return oldest !== undefined && notifications.older.has(oldest.feed) && unreadOf(oldest);
  });

  function write(changes: Marks): void {
    marks.value = { ...marks.value, ...changes };
    const kept = Object.entries(marks.value).map(([feed, mark]) => [feed, { ...mark, ids: [...mark.ids] }]);
    storage.set(KEY, JSON.stringify(Object.fromEntries(kept)));
  }

  function tell(feed: string, read: Read): void {
    send?.(feed, read).catch((error: unknown) => {
      console.warn(`Could not save the read state of ${feed}. Only this browser knows it for now.`, error);
    });
  }

  /** `save` stores the read state on the server. Nothing of a signed-in reader is stored in the browser. */
  function begins(save: typeof send, signedIn: boolean): void {
    send = save;
    storage = signedIn ? keepInMemory() : safeStorage(() => localStorage);
    marks.value = parse(readJson(storage, KEY));
  }

  /** Notifications from before the first visit do not count as unread. */
  function begin(feed: string, { epoch, offset }: Position): void {
    if (!marks.value[feed]) write({ [feed]: { epoch, offset, at: Date.now(), ids: new Set() } });
  }

  /** Merges the server's read state into this one. */
  function heard(feed: string, { epoch, offset, ids }: ReadState & { epoch: string }): void {
    const mark = marks.value[feed];
    if (offset === 0 && ids.length === 0 && mark?.epoch !== epoch) return;
    if (mark?.epoch !== epoch)
      return write({ [feed]: { epoch, offset, at: mark?.at ?? Date.now(), ids: new Set(ids) } });
    write({
      [feed]: { ...mark, offset: Math.max(mark.offset, offset), ids: newest(new Set([...mark.ids, ...ids])) },
    });
  }

  function markRead({ feed, epoch, offset, notification: { id } }: Item): void {
    const mark = marks.value[feed] ?? { epoch, offset: offset - 1, at: 0, ids: new Set<string>() };
    write({ [feed]: { ...mark, ids: newest([...mark.ids, id]) } });
    tell(feed, { ids: [id] });
  }

  /** Marks all loaded items as read. */
  function markAllRead(): void {
    const changes: Record<string, ReadMark> = {};
    for (const { feed, epoch, offset } of notifications.items) {
      const seen = changes[feed];
      if (!seen || (seen.epoch === epoch && seen.offset < offset))
        changes[feed] = { epoch, offset, at: Date.now(), ids: new Set() };
    }
    write(changes);
    for (const [feed, { offset }] of Object.entries(changes)) tell(feed, { offset });
  }

  function follow(event: StorageEvent): void {
    if (event.key === KEY) marks.value = parse(readJson(storage, KEY));
  }

  return { count, atLeast, marks, unreadOf, begins, begin, heard, markRead, markAllRead, follow };
});
