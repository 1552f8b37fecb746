import { parseDateTime, type Found } from '@tocsin/contracts';
import { itemKey, type Item } from '../../stores/feeds/feed-log.ts';

/** A notification with content and its position. */
export type FollowedNotification = Pick<Found, 'feed' | 'epoch' | 'offset' | 'notification'>;

/** An item for a notification that may be outside the loaded list. */
export const itemOf = ({ feed, epoch, offset, notification }: FollowedNotification): Item => ({
  ...{ key: itemKey(feed, notification.id), feed, epoch, offset, notification },
  time: Math.min(parseDateTime(notification.createdAt) ?? Date.now(), Date.now()),
  gapBefore: false,
});
