import { itemOf, useCurrent, type FollowedNotification } from './use-current.ts';

/**
 * Follows a notification that may be outside the loaded list. Call it before you request the notification. It returns a
 * reactive predicate that becomes true once the notification is retracted, replaced or expired, the feed is erased, or
 * another session starts.
 */
export function useGone(): (followed: FollowedNotification) => boolean {
  const isCurrent = useCurrent()();
  return (followed) => !isCurrent(itemOf(followed));
}
