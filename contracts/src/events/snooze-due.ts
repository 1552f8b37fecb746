import type { Notification } from '../feed/notification.ts';
import { isObject, isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** A notification that has returned from a snooze. */
export interface DueSnooze {
  epoch: string;
  offset: number;
  /** When the snooze ended (RFC 3339). */
  until: string;
  notification: Notification;
}

const isDue = (value: unknown): value is DueSnooze =>
  isObject(value) &&
  isText(value['until']) &&
  isObject(value['notification']) &&
  isText(value['notification']['id']);

/** The reader's snoozes that just ended. The notifications are back in the inbox as unread. */
export const snoozeDueEvent = serverEvent('snooze-due', 'reader', { feed: isText, due: listOf(isDue) });
export type SnoozeDueEvent = PayloadOf<typeof snoozeDueEvent>;
