import type { Notification } from '@tocsin/contracts';
import type { AwayMessage } from '../channel.ts';
import type { Json } from './wire-json.ts';

/**
 * Returns a message as JSON in the format that Standard Webhooks recommends (`type`, `timestamp`, `data`). All attempts
 * send the same JSON. Documented in docs/guides/reach-people-who-are-away.md. Later versions can add members.
 */
export function eventOf({ key, reader, language, notifications, more, links }: AwayMessage): Json {
  const [newest] = notifications;
  return {
    type: 'notification.unread',
    timestamp: newest?.createdAt ?? '',
    data: {
      key,
      reader,
      language,
      count: notifications.length + more,
      more,
      notifications: notifications.map((notification) => ({
        ...members(notification),
        open: links.open(notification),
      })),
      links: { inbox: links.inbox, unsubscribe: links.unsubscribe },
    },
  };
}

/** Returns the members of a notification that receivers get: all except `icon` and `collapseKey`. */
function members(notification: Notification): Record<string, Json> {
  const { id, feed, severity, title, body, link, actions, source, category, createdAt, expiresAt } =
    notification;
  return {
    ...{ id, feed, severity, title, createdAt },
    ...(body !== undefined && { body }),
    ...(link !== undefined && { link }),
    ...(actions !== undefined && { actions: actions.map(({ label, link: to }) => ({ label, link: to })) }),
    ...(source !== undefined && { source }),
    ...(category !== undefined && { category }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
