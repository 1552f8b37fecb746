import type { Notification } from '@tocsin/contracts';
import { itemKey } from '../../stores/feeds/feed-log.ts';
import { useCurrent } from './use-current.ts';

/** A notification with content and its position. */
export interface FollowedNotification {
  feed: string;
  epoch: string;
  offset: number;
  notification: Notification;
}

/**
 * Follows a notification that may be outside the loaded list. Call it before you request the notification. It returns a
 * reactive predicate that becomes true once the notification is retracted, replaced or expired, or the feed is erased.
 */
export function useGone(): (followed: FollowedNotification) => boolean {
  const isCurrent = useCurrent()();
  return ({ feed, epoch, offset, notification }) =>
    !isCurrent({
      ...{ key: itemKey(feed, notification.id), feed, epoch, offset, notification },
      ...{ time: Date.parse(notification.createdAt), gapBefore: false },
    });
}
