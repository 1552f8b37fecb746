import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { severitySchema } from '../feed/notification.ts';
import { categorySchema } from '../feed/icon.ts';
import { MAX_MUTED_FEEDS, MAX_MUTED_NAMES, MAX_MUTED_UNTIL, MAX_SCHEDULE_MS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { namesOf } from '../reader/mutes.ts';
import { clientIdSchema, readerKey } from '../reader/reader.ts';
import { atMost, ifObject } from '../text/checks.ts';
import { dateTimeSchema, plainText } from '../text/text.ts';
import { parseDateTime } from '../text/time.ts';
import { DEFAULT_PREFERENCES } from './muted.ts';
import { isTimeZone, WEEKDAYS } from './quiet-hours.ts';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day from 00:00 to 23:59, such as 22:00');

const severities = atMost(20, 'severities', z.array(severitySchema));

export const quietHoursSchema = z.strictObject({
  from: timeOfDay,
  to: timeOfDay,
  timeZone: z
    .string()
    .max(64, 'must have at most 64 characters')
    .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin'),
  days: atMost(
    7,
    'days',
    z.array(z.enum(WEEKDAYS, `must be one of ${WEEKDAYS.join(', ')}`)).min(1, 'must have at least one day'),
  ).optional(),
  allow: severities.default([]),
});

/** A temporary mute, which ends at most a year ahead. The server drops mutes that have ended. */
const mutedUntilSchema = z.strictObject({
  list: z.enum(['feeds', 'sources', 'categories'], 'must be feeds, sources or categories'),
  name: plainText({ max: 200 }),
  until: dateTimeSchema.refine(
    (text) => !((parseDateTime(text) ?? NaN) > Date.now() + MAX_SCHEDULE_MS),
    'must be at most a year ahead',
  ),
});

const members = {
  feeds: namesOf(feedSchema, MAX_MUTED_FEEDS, 'feeds'),
  severities,
  sources: namesOf(plainText({ max: 80 }), MAX_MUTED_NAMES, 'sources'),
  categories: namesOf(categorySchema, MAX_MUTED_NAMES, 'categories'),
  mutedUntil: atMost(MAX_MUTED_UNTIL, 'mutes', z.array(mutedUntilSchema)).optional(),
  quietHours: quietHoursSchema.nullable(),
  sound: z.boolean(),
  desktop: z.boolean(),
};

/** The response to `GET /app/preferences`. */
export const preferencesSchema = z.strictObject(members);

/** The body of `PUT /app/preferences`. Missing members get defaults. */
export const putPreferencesSchema = z.strictObject({
  feeds: members.feeds.default([]),
  severities: members.severities.default([]),
  sources: members.sources.default([]),
  categories: members.categories.default([]),
  mutedUntil: members.mutedUntil.default([]),
  quietHours: members.quietHours.default(null),
  sound: members.sound.default(DEFAULT_PREFERENCES.sound),
  desktop: members.desktop.default(DEFAULT_PREFERENCES.desktop),
  clientId: clientIdSchema.optional(),
});

/** The body of `PATCH /app/preferences`. Missing members stay unchanged. */
export const patchPreferencesSchema = z
  .strictObject({ ...members, clientId: clientIdSchema })
  .partial()
  .refine((change) => Object.keys(change).some((name) => name !== 'clientId'), {
    message: 'must contain at least one preference',
    when: ifObject,
  });

/** Query parameters for `GET /app/preferences`. */
export const preferencesQuerySchema = z.strictObject({ clientId: clientIdSchema.optional() });

/**
 * A reader's stored preferences. Muted feeds and severities are stored in the mutes document instead. Members added by
 * later versions are preserved.
 */
export const preferencesDocumentSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  sources: members.sources,
  categories: members.categories,
  /**
   * A stored mute can end more than a year ahead, because the clock of the server that stored it might have been ahead.
   */
  mutedUntil: z.array(z.looseObject({ ...mutedUntilSchema.shape, until: dateTimeSchema })).optional(),
  /** The server that stored the time zone may know more time zones than this server. */
  quietHours: z.looseObject({ ...quietHoursSchema.shape, timeZone: z.string().max(64) }).nullable(),
  sound: members.sound,
  desktop: members.desktop,
});
export type PreferencesDocument = z.infer<typeof preferencesDocumentSchema>;

export const preferencesKey = (reader: string): string => `preferences:${readerKey(reader)}`;
