import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { MAX_READ_IDS, MAX_SCHEDULE_MS } from '../limits.ts';
import { idsUpTo } from '../reader/read.ts';
import { clientIdSchema } from '../reader/reader.ts';
import { ifObject } from '../text/checks.ts';
import { dateTimeSchema } from '../text/text.ts';
import { parseDateTime } from '../text/time.ts';

const feedAndReader = { feed: feedSchema, clientId: clientIdSchema.optional() };

const ids = idsUpTo(MAX_READ_IDS);

/** The body of `POST /app/notifications/unread`, `/unarchive` and `/unsnooze`. */
export const namedIdsSchema = z.strictObject({ ...feedAndReader, ids });
export type NamedIds = z.infer<typeof namedIdsSchema>;

/** The body of `POST /app/notifications/seen`. With `epoch`, the mark is set only if the feed has that epoch. */
export const markSeenSchema = z.strictObject({
  ...feedAndReader,
  epoch: epochSchema.optional(),
  offset: offsetSchema,
});
export type MarkSeen = z.infer<typeof markSeenSchema>;

/**
 * The body of `POST /app/notifications/archive`, which archives the notifications in `ids`, and all notifications up to
 * `offset` except snoozed ones.
 */
export const archiveSchema = z
  .strictObject({
    ...feedAndReader,
    epoch: epochSchema.optional(),
    offset: offsetSchema.optional(),
    ids: ids.optional(),
  })
  .refine(({ offset, ids: named }) => offset !== undefined || named !== undefined, {
    path: ['offset'],
    message: 'is required unless ids is given',
    when: ifObject,
  });
export type Archive = z.infer<typeof archiveSchema>;

const timeOf = (text: string): number => parseDateTime(text) ?? NaN;

const futureWithinAYear = dateTimeSchema
  .refine((text) => !(timeOf(text) <= Date.now()), 'must be in the future')
  .refine((text) => !(timeOf(text) > Date.now() + MAX_SCHEDULE_MS), 'must be at most a year ahead');

/** The body of `POST /app/notifications/snooze`. */
export const snoozeSchema = z.strictObject({
  ...feedAndReader,
  ids: idsUpTo(100),
  until: futureWithinAYear,
});
export type Snooze = z.infer<typeof snoozeSchema>;
