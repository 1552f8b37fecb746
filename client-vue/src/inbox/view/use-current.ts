import { isExpired } from '@tocsin/contracts';
import { computed } from 'vue';
import { useClock } from '../../stores/clock.ts';
import { itemKey, type Item } from '../../stores/feeds/feed-log.ts';
import { useItems } from '../../stores/feeds/items.ts';

/** Whether an item still exists. Reactive. */
export type IsCurrent = (item: Item) => boolean;

/**
 * For items outside the loaded list. Returns a function to call when such items are requested or selected. Its result
 * tells which of them still exist: they are not retracted, replaced or expired, their feed has not been erased since,
 * and no other session has started.
 */
export function useCurrent(): () => IsCurrent {
  const notifications = useItems();
  /** The loaded item with each collapse key, which replaces all others. */
  const newest = computed(
    () =>
      new Map(
        notifications.all.flatMap(({ key, feed, notification: { collapseKey } }): [string, string][] =>
          collapseKey === undefined ? [] : [[itemKey(feed, collapseKey), key]],
        ),
      ),
  );
  return () => {
    const { session } = notifications;
    const erasures = new Map(notifications.erasures);
    return ({ key, feed, notification }) =>
      notifications.session === session &&
      notifications.erasures.get(feed) === erasures.get(feed) &&
      !notifications.gone.has(key) &&
      !isExpired(notification, useClock().now) &&
      (newest.value.get(itemKey(feed, notification.collapseKey ?? '')) ?? key) === key;
  };
}
