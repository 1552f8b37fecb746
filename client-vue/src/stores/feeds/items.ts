import { isExpired, parseDateTime } from '@tocsin/contracts';
import { computed, shallowReactive, shallowRef, triggerRef } from 'vue';
import { defineStore } from '../define-store.ts';
import { useMarks } from '../reader/marks.ts';
import { itemKey, insert, newestFirst, type Arrival, type Item } from './feed-log.ts';

/** Maximum number of items on the page. The oldest are dropped first. */
export const MAX_ITEMS = 10_000;
const MAX_GONE = 4_000;

/** Where to continue loading older notifications: before offset `before` in `epoch`. */
export interface OlderCursor {
  epoch: string;
  before: number;
}

/** Deletes the oldest entries beyond `max`. */
export function limitTo(max: number, entries: Map<string, unknown> | Set<string>): void {
  for (const key of entries.keys()) {
    if (entries.size <= max) return;
    entries.delete(key);
  }
}

/**
 * All feeds' items. From a feed's oldest item on, the list is complete, with two exceptions: marked gaps, and gaps
 * after old items that were added because their snooze ended.
 */
export const useItems = defineStore(() => {
  const logs = shallowRef(new Map<string, Item[]>());
  /**
   * For each feed with older notifications that aren't in the list: where to continue, or `dropped` if that's
   * impossible.
   */
  const older = shallowReactive(new Map<string, OlderCursor | 'dropped'>());
  const loaded = shallowReactive(new Set<string>());
  const gone = shallowReactive(new Set<string>());
  /** Changes with each reset so that responses to earlier requests can be dropped. */
  const session = shallowRef({});
  /** A symbol per feed that changes with each erasure so that responses to earlier requests can be dropped. */
  const erasures = shallowReactive(new Map<string, symbol>());

  const marks = useMarks();
  const returnedCopies = new WeakMap<Item, Item>();
  /** All items, including archived and snoozed items. */
  const all = computed(() => newestFirst([...logs.value.values()]));
  /** The items in the inbox. Items back from a snooze are sorted by when they returned. */
  const items = computed(() => {
    if (marks.allInInbox) return all.value;
    let hasReturned = false;
    const inInbox = all.value.flatMap((item) => {
      const { place, returnedAt } = marks.placeOf(item);
      if (place !== 'inbox') return [];
      if (returnedAt === undefined) return [item];
      hasReturned = true;
      return [withReturnTime(item, parseDateTime(returnedAt) ?? item.time)];
    });
    return hasReturned ? inInbox.sort((a, b) => b.time - a.time) : inInbox;
  });

  /** Copies an item with the time of its return from a snooze. Returns the same copy for the same time. */
  function withReturnTime(item: Item, time: number): Item {
    const existing = returnedCopies.get(item);
    if (existing?.time === time) return existing;
    const copy = { ...item, time, gapBefore: false };
    returnedCopies.set(item, copy);
    return copy;
  }
  const oldestOf = (feed: string): Item | undefined => logs.value.get(feed)?.[0];

  function set(feed: string, log: Item[]): void {
    logs.value.set(feed, log);
    triggerRef(logs);
  }

  function dropOldest(): void {
    let surplus = [...logs.value.values()].reduce((sum, { length }) => sum + length, 0) - MAX_ITEMS;
    while (surplus-- > 0) {
      const [feed, log] = [...logs.value].reduce((a, b) =>
        (b[1][0]?.time ?? Infinity) < (a[1][0]?.time ?? Infinity) ? b : a,
      );
      log.shift();
      older.set(feed, 'dropped');
    }
  }

  /** Adds new items. Ignores known and gone ids. */
  function add(feed: string, arrival: Arrival): void {
    const now = Date.now();
    const unexpired = arrival.publications.filter(({ notification }) => !isExpired(notification, now));
    const log = insert(
      logs.value.get(feed) ?? [],
      feed,
      { ...arrival, publications: unexpired },
      (id) => gone.has(itemKey(feed, id)),
      now,
    );
    logs.value.set(feed, log);
    dropOldest();
    triggerRef(logs);
  }

  function remove(feed: string, ids: readonly string[]): void {
    for (const id of ids) gone.add(itemKey(feed, id));
    limitTo(MAX_GONE, gone);
    const log = logs.value.get(feed);
    const removed = new Set(ids);
    if (log?.some(({ notification }) => removed.has(notification.id)))
      set(
        feed,
        log.filter(({ notification }) => !removed.has(notification.id)),
      );
  }

  /** Removes an erased feed's items. */
  function clear(feed: string): void {
    older.delete(feed);
    erasures.set(feed, Symbol());
    for (const key of gone) if (key === itemKey(feed, key.slice(key.lastIndexOf('/') + 1))) gone.delete(key);
    set(feed, []);
  }

  /** Removes all items, for example when the reader changes. */
  function reset(): void {
    logs.value = new Map();
    older.clear();
    loaded.clear();
    gone.clear();
    session.value = {};
  }

  /** Removes and returns items that have expired by `now` (ms since 1970). */
  function expire(now: number): Item[] {
    const expired = all.value.filter(({ notification }) => isExpired(notification, now));
    for (const name of new Set(expired.map(({ feed }) => feed)))
      remove(
        name,
        expired.flatMap(({ feed, notification }) => (feed === name ? [notification.id] : [])),
      );
    return expired;
  }

  return { all, items, older, loaded, gone, session, erasures, add, remove, clear, reset, expire, oldestOf };
});
