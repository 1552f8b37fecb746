import type { Notification } from '../feed/notification.ts';
import { isObject, isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** A notification whose snooze has ended. */
export interface DueSnooze {
  epoch: string;
  offset: number;
  /** When the snooze ended, in RFC 3339. */
  until: string;
  notification: Notification;
}

const isDue = (value: unknown): value is DueSnooze =>
  isObject(value) &&
  isText(value['until']) &&
  isObject(value['notification']) &&
  isText(value['notification']['id']);

/** Snoozes of the reader that have just ended. Their notifications are back in the inbox, unread. */
export const snoozeDueEvent = serverEvent('snooze-due', 'reader', { feed: isText, due: listOf(isDue) });
export type SnoozeDueEvent = PayloadOf<typeof snoozeDueEvent>;
