import { computed } from 'vue';
import { defineStore } from '../define-store.ts';
import { useItems } from '../feeds/items.ts';
import type { Item } from '../feeds/feed-log.ts';
import { useMarks } from './marks.ts';
import { usePreferences } from './preferences.ts';

/** Counts of unread items, excluding muted items. */
export const useUnread = defineStore(() => {
  const notifications = useItems();
  const marks = useMarks();
  const preferences = usePreferences();

  const isUnread = (item: Item): boolean => marks.placeOf(item).unread;
  const countedPlaces = computed(() =>
    notifications.items.flatMap((item) => {
      const placed = marks.placeOf(item);
      return placed.unread && !preferences.isMuted(item) ? [placed] : [];
    }),
  );
  const count = computed(() => countedPlaces.value.length);
  /** Unread and not seen yet: the count on the bell. */
  const unseen = computed(() => countedPlaces.value.filter((placed) => placed.unseen).length);
  /** Whether there might be more unread items because the oldest loaded item is unread and older items exist. */
  const atLeast = computed(() => {
    const oldest = notifications.items.at(-1);
    return oldest !== undefined && notifications.older.has(oldest.feed) && isUnread(oldest);
  });

  return { count, unseen, atLeast, isUnread };
});
