import { isPosition } from '../../index.ts';
import type { Position } from '@tocsin/contracts';
import { computed, shallowRef } from 'vue';
import { defineStore } from './define-store.ts';
import type { Entry } from './feed-log.ts';
import { useEntries } from './entries.ts';
import { readJson, safeStorage } from './storage.ts';

const KEY = 'tocsin.last-opened';

/** Up to where a feed was read, and when (milliseconds since 1970): the time decides once the epoch has changed. */
export type LastOpened = Position & { at: number };

export const isUnread = (entry: Entry, last: LastOpened | undefined): boolean =>
  last !== undefined && (entry.epoch === last.epoch ? entry.offset > last.offset : entry.time > last.at);

function parse(value: unknown): Record<string, LastOpened> {
  if (typeof value !== 'object' || value === null) return {};
  const valid = Object.entries(value).filter(
    ([, last]) => isPosition(last) && typeof (last as LastOpened).at === 'number',
  );
  return Object.fromEntries(valid);
}

/** What came since the bell was last opened, in this browser: other tabs follow. */
export const useUnread = defineStore(() => {
  const storage = safeStorage(() => localStorage);
  const notifications = useEntries();
  const lastOpened = shallowRef(parse(readJson(storage, KEY)));

  const count = computed(
    () => notifications.entries.filter((entry) => isUnread(entry, lastOpened.value[entry.feed])).length,
  );
  /** The oldest entry here is unread and older ones are not here, so there may be more. */
  const atLeast = computed(() => {
    const oldest = notifications.entries.at(-1);
    return (
      oldest !== undefined &&
      notifications.older.has(oldest.feed) &&
      isUnread(oldest, lastOpened.value[oldest.feed])
    );
  });

  function write(changes: Record<string, LastOpened>): void {
    lastOpened.value = { ...lastOpened.value, ...changes };
    storage.set(KEY, JSON.stringify(lastOpened.value));
  }

  /** Nothing before the first visit counts as unread. */
  function begin(feed: string, { epoch, offset }: Position): void {
    if (!lastOpened.value[feed]) write({ [feed]: { epoch, offset, at: Date.now() } });
  }

  /** The reader has seen all that is here. */
  function open(): void {
    const changes: Record<string, LastOpened> = {};
    for (const { feed, epoch, offset } of notifications.entries) {
      const seen = changes[feed];
      if (!seen || (seen.epoch === epoch && seen.offset < offset))
        changes[feed] = { epoch, offset, at: Date.now() };
    }
    write(changes);
  }

  function follow(event: StorageEvent): void {
    if (event.key === KEY) lastOpened.value = parse(readJson(storage, KEY));
  }

  return { count, atLeast, lastOpened, begin, open, follow };
});
