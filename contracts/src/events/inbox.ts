import type { SnoozeMark } from '../inbox/places.ts';
import type { Ranges } from '../inbox/ranges.ts';
import { isCount, isObject, isText, listOf, type Guard } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

const areRanges = listOf(listOf(isCount)) as Guard<unknown> as Guard<Ranges>;

const areMarks: Guard<readonly SnoozeMark[]> = listOf(
  (value: unknown): value is SnoozeMark => isObject(value) && isText(value['id']),
);

/** All of the reader's marks in a feed. Sent after a change in any tab or on any device, and after a snooze ends. */
export const inboxEvent = serverEvent('inbox', 'reader', {
  feed: isText,
  version: isCount,
  epoch: isText,
  seen: isCount,
  unread: areRanges,
  archived: areRanges,
  snoozed: areMarks,
});
export type InboxEvent = PayloadOf<typeof inboxEvent>;
