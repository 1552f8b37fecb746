import { isExpired } from '@tocsin/contracts';
import { watch } from 'vue';
import { useClock } from '../../stores/clock.ts';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { useItems } from '../../stores/feeds/items.ts';

/** Calls `onGone` once one of the items is retracted, replaced or expired, or its feed is erased. */
export function whenGone(items: readonly Item[], onGone: () => void): void {
  const { gone, erasures } = useItems();
  const before = new Map(erasures);
  watch(
    () =>
      items.some(
        ({ key, feed, notification }) =>
          gone.has(key) || erasures.get(feed) !== before.get(feed) || isExpired(notification, useClock().now),
      ),
    onGone,
  );
}
