import { z } from 'zod';
import { feedSchema } from './name.ts';
import { SEVERITIES } from './severities.ts';
import { MAX_NOTIFICATIONS_PER_REQUEST, MAX_SCHEDULE_MS } from '../limits.ts';
import { DEFAULT_FEED } from '../names.ts';
import { fallbacksSchema } from '../away/fallback.ts';
import { categorySchema, iconSchema } from './icon.ts';
import { atMost, ifObject } from '../text/checks.ts';
import { dateTimeSchema, idSchema, linkSchema, plainText } from '../text/text.ts';
import { parseDateTime } from '../text/time.ts';

export const severitySchema = z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`);
export type Severity = z.infer<typeof severitySchema>;

export const actionSchema = z.strictObject({ label: plainText({ max: 40 }), link: linkSchema });
export type Action = z.infer<typeof actionSchema>;

const content = {
  title: plainText({ max: 120 }).meta({ description: 'One line of plain text.' }),
  body: plainText({ max: 2000, breaks: true })
    .optional()
    .meta({ description: 'Plain text. Line feeds and tabs are preserved.' }),
  link: linkSchema.optional(),
  actions: atMost(3, 'actions', z.array(actionSchema)).optional(),
  source: plainText({ max: 80 }).optional().meta({ description: 'The sender, such as a service or a team.' }),
  category: categorySchema.optional(),
  icon: iconSchema.optional(),
  collapseKey: plainText({ max: 80 })
    .optional()
    .meta({ description: "Replaces the feed's previous notification with the same key." }),
};

const future = dateTimeSchema.refine((text) => {
  const time = parseDateTime(text);
  return time === undefined || time > Date.now();
}, 'must be in the future');

const withinAYear = dateTimeSchema.refine((text) => {
  const time = parseDateTime(text);
  return time === undefined || time <= Date.now() + MAX_SCHEDULE_MS;
}, 'must be at most a year ahead');

/** The body of `POST /notifications`. Missing members get defaults. Unknown members are rejected. */
export const notificationInputSchema = z
  .strictObject({
    id: idSchema.optional().meta({
      description:
        'Default: a UUIDv7. If the feed already has this id, the notification is accepted but not shown again.',
    }),
    // The default is stated only in the description. If the schema had a `default`, client generators would treat the
    // member as always present.
    feed: feedSchema.optional().meta({
      description: `The audience: \`all\`, \`topic:<name>\` or \`user:<sub>\`; default: \`${DEFAULT_FEED}\`.`,
    }),
    severity: severitySchema.optional().meta({ description: 'Default: `info`.' }),
    ...content,
    expiresAt: future
      .optional()
      .meta({ description: 'A future time after which the notification is no longer shown.' }),
    deliverAt: withinAYear.optional().meta({
      description: 'When to deliver it, at most a year ahead and before `expiresAt`. A past time means now.',
    }),
    fallback: fallbacksSchema.optional(),
  })
  .refine(({ deliverAt, expiresAt }) => !(timeOf(deliverAt) >= timeOf(expiresAt)), {
    path: ['deliverAt'],
    message: 'must be before expiresAt',
    when: ifObject,
  })
  .refine(({ feed, fallback }) => fallback === undefined || isUserFeed(feed), {
    path: ['fallback'],
    message: 'requires a user: feed',
    when: ifObject,
  });
export type NotificationInput = z.infer<typeof notificationInputSchema>;

/** The body of `POST /notifications` as an array. */
export const notificationInputsSchema = z
  .array(notificationInputSchema)
  .min(1, 'must have at least one notification')
  .max(MAX_NOTIFICATIONS_PER_REQUEST, `must have at most ${MAX_NOTIFICATIONS_PER_REQUEST} notifications`);

/**
 * A complete notification as stored and shown. `createdAt` is the time when the producer received it, with two
 * exceptions. For a scheduled notification, it is `deliverAt`. For an event that arrived late, it is the time when the
 * event was published.
 */
export const notificationSchema = z.strictObject({
  id: idSchema,
  feed: feedSchema.default(DEFAULT_FEED),
  severity: severitySchema.default('info'),
  ...content,
  expiresAt: dateTimeSchema.optional(),
  createdAt: dateTimeSchema,
});
export type Notification = z.infer<typeof notificationSchema>;

const isUserFeed = (feed: unknown): boolean => typeof feed === 'string' && feed.startsWith('user:');

const timeOf = (text: unknown): number => (typeof text === 'string' ? parseDateTime(text) : undefined) ?? NaN;
