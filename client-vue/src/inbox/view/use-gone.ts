import { isExpired, type Notification } from '@tocsin/contracts';
import { useClock } from '../../stores/clock.ts';
import { itemKey } from '../../stores/feeds/feed-log.ts';
import { useItems } from '../../stores/feeds/items.ts';

/**
 * Follows a notification that may be outside the loaded list. Call it before you request the notification. It returns a
 * reactive predicate that becomes true once the notification is retracted, replaced or expired, or the feed is erased.
 */
export function useGone(feed: string, id: string): (notification: Notification) => boolean {
  const { gone, erasures } = useItems();
  const clock = useClock();
  const erasure = erasures.get(feed);
  return (notification) =>
    gone.has(itemKey(feed, id)) || erasures.get(feed) !== erasure || isExpired(notification, clock.now);
}
