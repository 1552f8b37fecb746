import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { notificationSchema } from '../feed/notification.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { readerKey } from '../reader/reader.ts';
import { dateTimeSchema } from '../text/text.ts';

const time = z.int().min(0);
const ranges = z.array(z.tuple([offsetSchema, offsetSchema]).readonly());

/** A reader's marks in a feed. Ignored if the feed has another epoch. */
export const feedMarksSchema = z.looseObject({
  epoch: epochSchema,
  seen: offsetSchema,
  unread: ranges,
  archived: ranges,
  /** When the marks last changed. */
  at: time,
});
export type FeedMarks = z.infer<typeof feedMarksSchema>;

const flag = z.literal(true).optional();

/** A snoozed notification. Includes the content because the feed might drop it before the snooze ends. */
export const snoozedSchema = z.looseObject({
  epoch: epochSchema,
  offset: offsetSchema,
  until: dateTimeSchema,
  read: flag,
  seen: flag,
  archived: flag,
  notification: notificationSchema.loose(),
});
export type Snoozed = z.infer<typeof snoozedSchema>;

/**
 * A reader's inbox: each feed's marks except the read state. `version` increases with each write, and keeps increasing
 * after the document is deleted and recreated. Unknown members are preserved.
 */
export const inboxDocumentSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  version: time,
  feeds: z.record(feedSchema, feedMarksSchema),
  snoozed: z.array(snoozedSchema),
});
export type InboxDocument = z.infer<typeof inboxDocumentSchema>;

export const INBOX_PREFIX = 'inbox:';
export const inboxKey = (reader: string): string => `${INBOX_PREFIX}${readerKey(reader)}`;
