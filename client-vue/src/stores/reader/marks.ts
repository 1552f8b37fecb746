import { isOlderState, type InboxState, type Placed, type Position, type ReadState } from '@tocsin/contracts';
import { computed, shallowRef } from 'vue';
import { defineStore } from '../define-store.ts';
import type { Item } from '../feeds/feed-log.ts';
import { memoryStorage, readJson, safeStorage } from '../storage.ts';
import { placerFor } from './placing.ts';
import { parseReadMarks, storedReadMarks, withIds, withRead, type ReadMarks } from './read-mark.ts';

const KEY = 'tocsin.last-opened';

/** An unconfirmed change to an item. */
export type Override = Partial<Pick<Placed, 'place' | 'unread' | 'until'>>;
type Overrides = ReadonlyMap<string, { change: Override; token: symbol }>;

const DEFAULT_PLACED: Placed = { place: 'inbox', unread: false, unseen: false };

/**
 * Decides which place each item is in and whether it's unread and unseen. Applies unconfirmed changes on top of the
 * server's marks, which are shared by all of the reader's tabs and devices. For readers who aren't signed in, also
 * stores read marks in this browser.
 */
export const useMarks = defineStore(() => {
  let storage = safeStorage(() => localStorage);
  const reads = shallowRef<ReadMarks>(parseReadMarks(readJson(storage, KEY)));
  const inboxes = shallowRef<Readonly<Record<string, InboxState>>>({});
  const seen = shallowRef<Readonly<Record<string, Position>>>({});
  const overrides = shallowRef<Overrides>(new Map());
  /** Feeds whose read state on the server is empty. */
  const emptyReads = new Set<string>();
  /** Feeds whose read mark was made before the server's read state arrived. The read state will replace this mark. */
  const provisional = new Set<string>();

  const placers = computed(() => {
    const feeds = new Set([...Object.keys(reads.value), ...Object.keys(inboxes.value)]);
    return new Map(
      [...feeds].map((feed) => {
        const marks = { read: reads.value[feed], inbox: inboxes.value[feed], seen: seen.value[feed] };
        return [feed, placerFor(marks)];
      }),
    );
  });

  function placeOf(item: Item): Placed {
    const placed = placers.value.get(item.feed)?.(item) ?? DEFAULT_PLACED;
    const change = overrides.value.get(item.key)?.change;
    if (!change) return placed;
    const { place, unread } = { ...placed, ...change };
    return { ...placed, ...change, unseen: place === 'inbox' && unread && placed.unseen };
  }

  /** Whether all items are in the inbox, which makes filtering unnecessary. */
  const allInInbox = computed(
    () =>
      [...overrides.value.values()].every(({ change }) => change.place === undefined) &&
      Object.values(inboxes.value).every(
        ({ archived, snoozed }) => archived.length === 0 && snoozed.length === 0,
      ),
  );

  /** Replaces the read marks of these feeds. */
  function write(changes: ReadMarks): void {
    reads.value = { ...reads.value, ...changes };
    storage.set(KEY, storedReadMarks(reads.value));
  }

  /** Starts a session. Signed-in readers' marks aren't stored in the browser. */
  function startSession(signedIn: boolean): void {
    storage = signedIn ? memoryStorage() : safeStorage(() => localStorage);
    reads.value = parseReadMarks(readJson(storage, KEY));
    inboxes.value = {};
    seen.value = {};
    overrides.value = new Map();
    emptyReads.clear();
    provisional.clear();
  }

  function mergeReadState(feed: string, read: ReadState & { epoch: string }): void {
    if (read.offset === 0 && read.ids.length === 0) emptyReads.add(feed);
    const mark = withRead(provisional.delete(feed) ? undefined : reads.value[feed], read);
    if (mark) write({ [feed]: mark });
  }

  /** Stores the server's marks other than read marks. Ignores them if newer marks have already arrived. */
  function mergeInboxState(feed: string, inbox: InboxState): void {
    const current = inboxes.value[feed];
    if (current && isOlderState(inbox, current)) return;
    inboxes.value = { ...inboxes.value, [feed]: inbox };
  }

  function readIds(feed: string, { epoch, offset }: Position, ids: readonly string[]): void {
    const mark = reads.value[feed] ?? { epoch, offset: offset - 1, at: 0, ids: new Set<string>() };
    write({ [feed]: withIds(mark, ids) });
  }

  function readTo(positions: Readonly<Record<string, Position>>): void {
    const at = Date.now();
    const changes = Object.entries(positions).flatMap(([feed, position]) => {
      provisional.delete(feed);
      const mark = withRead(reads.value[feed], { ...position, ids: [] });
      return mark ? [[feed, { ...mark, at }] as const] : [];
    });
    write(Object.fromEntries(changes));
  }

  function seenTo(positions: Readonly<Record<string, Position>>): void {
    seen.value = { ...seen.value, ...positions };
  }

  /** Applies a change to items before the server confirms it. Returns a token for `settle`. */
  function override(keys: readonly string[], change: Override): symbol {
    const token = Symbol('change');
    const next = new Map(overrides.value);
    for (const key of keys) next.set(key, { change: { ...next.get(key)?.change, ...change }, token });
    overrides.value = next;
    return token;
  }

  /**
   * Drops the override with this token, so the items revert to the server's marks. If an item has changed since, the
   * newer override stays.
   */
  function settle(token: symbol): void {
    overrides.value = new Map([...overrides.value].filter(([, entry]) => entry.token !== token));
  }

  /** Rereads the read marks if another tab has stored them. */
  function reload(event: StorageEvent): void {
    if (event.key === KEY) reads.value = parseReadMarks(readJson(storage, KEY));
  }

  return {
    ...{ reads, inboxes, emptyReads, provisional, allInInbox, placeOf },
    ...{
      startSession,
      write,
      mergeReadState,
      mergeInboxState,
      readIds,
      readTo,
      seenTo,
      override,
      settle,
      reload,
    },
  };
});
