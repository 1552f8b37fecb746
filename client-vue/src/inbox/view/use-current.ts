import { isExpired, parseDateTime, type Found } from '@tocsin/contracts';
import { computed } from 'vue';
import { useClock } from '../../stores/clock.ts';
import { itemKey, type Item } from '../../stores/feeds/feed-log.ts';
import { useItems } from '../../stores/feeds/items.ts';

/** A notification and its position in a feed. */
export type FollowedNotification = Pick<Found, 'feed' | 'epoch' | 'offset' | 'notification'>;

/** Returns an item for a notification that may be outside the loaded list. */
export const itemOf = ({ feed, epoch, offset, notification }: FollowedNotification): Item => ({
  ...{ key: itemKey(feed, notification.id), feed, epoch, offset, notification },
  time: Math.min(parseDateTime(notification.createdAt) ?? Date.now(), Date.now()),
  gapBefore: false,
});

/** Whether an item still exists. Reactive. */
export type IsCurrent = (item: Item) => boolean;

/**
 * Checks whether items outside the loaded list still exist. Call the returned function when you request or select an
 * item. It returns a predicate that becomes false once the item is retracted, replaced or expired, the feed is erased,
 * or another session starts.
 */
export function useCurrent(): () => IsCurrent {
  const notifications = useItems();
  /** The loaded item for each collapse key, which replaces all earlier items with that key. */
  const newest = computed(
    () =>
      new Map(
        notifications.all.flatMap((item): [string, Item][] => {
          const { collapseKey } = item.notification;
          return collapseKey === undefined ? [] : [[itemKey(item.feed, collapseKey), item]];
        }),
      ),
  );
  const isReplaced = ({ feed, epoch, offset, time, notification }: Item): boolean => {
    const other = newest.value.get(itemKey(feed, notification.collapseKey ?? ''));
    return !!other && (other.epoch === epoch ? other.offset > offset : other.time > time);
  };
  return () => {
    const { session } = notifications;
    const erasures = new Map(notifications.erasures);
    return (item) =>
      notifications.session === session &&
      notifications.erasures.get(item.feed) === erasures.get(item.feed) &&
      !notifications.gone.has(item.key) &&
      !isExpired(item.notification, useClock().now) &&
      !isReplaced(item);
  };
}
