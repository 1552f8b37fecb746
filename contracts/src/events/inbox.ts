import type { SnoozeMark } from '../inbox/places.ts';
import type { Ranges } from '../inbox/ranges.ts';
import { isCount, isObject, isText, listOf, type Guard } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

const isRange = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isCount);

const isRanges: Guard<Ranges> = listOf(isRange);

const isMark = (value: unknown): value is SnoozeMark =>
  isObject(value) &&
  isText(value['id']) &&
  isText(value['epoch']) &&
  isCount(value['offset']) &&
  isText(value['until']);

const areMarks: Guard<readonly SnoozeMark[]> = listOf(isMark);

/** All marks of the reader in a feed, after a change in any tab or device, or when a snooze has ended. */
export const inboxEvent = serverEvent('inbox', 'reader', {
  feed: isText,
  version: isCount,
  epoch: isText,
  seen: isCount,
  unread: isRanges,
  archived: isRanges,
  snoozed: areMarks,
});
export type InboxEvent = PayloadOf<typeof inboxEvent>;
