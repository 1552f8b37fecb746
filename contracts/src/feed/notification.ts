import { z } from 'zod';
import { feedSchema } from './name.ts';
import { MAX_NOTIFICATIONS_PER_REQUEST, MAX_SCHEDULE_MS } from '../limits.ts';
import { DEFAULT_FEED } from '../names.ts';
import { dateTimeSchema, idSchema, linkSchema, plainText } from '../text/text.ts';
import { parseDateTime } from '../text/time.ts';

export const SEVERITIES = ['info', 'success', 'warning', 'error'] as const;
export const severitySchema = z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`);
export type Severity = z.infer<typeof severitySchema>;

export const actionSchema = z.strictObject({ label: plainText({ max: 40 }), link: linkSchema });
export type Action = z.infer<typeof actionSchema>;

const content = {
  title: plainText({ max: 120 }).meta({ description: 'One line of plain text.' }),
  body: plainText({ max: 2000, breaks: true })
    .optional()
    .meta({ description: 'Plain text; line feeds and tabs are kept.' }),
  link: linkSchema.optional(),
  actions: z.array(actionSchema).max(3, 'must have at most 3 actions').optional(),
  source: plainText({ max: 80 }).optional().meta({ description: 'Who says it: a service, a team.' }),
  collapseKey: plainText({ max: 80 })
    .optional()
    .meta({ description: 'The newest with this key replaces the older one of its feed.' }),
};

const future = dateTimeSchema.refine((text) => {
  const time = parseDateTime(text);
  return time === undefined || time > Date.now();
}, 'must be in the future');

const withinAYear = dateTimeSchema.refine((text) => {
  const time = parseDateTime(text);
  return time === undefined || time <= Date.now() + MAX_SCHEDULE_MS;
}, 'must be at most a year ahead');

/** What a caller sends. Members that it leaves out get the defaults of the contract; unknown ones are refused. */
export const notificationInputSchema = z
  .strictObject({
    id: idSchema.optional().meta({
      description: 'Default a UUIDv7. An id that the feed knows is accepted, and not shown again.',
    }),
    feed: feedSchema.optional().meta({ default: DEFAULT_FEED }),
    severity: severitySchema.optional().meta({ default: 'info' }),
    ...content,
    expiresAt: future.optional().meta({ description: 'In the future; from then on it is not shown.' }),
    deliverAt: withinAYear.optional().meta({
      description: 'Shown from then on, at most a year ahead and before `expiresAt`. In the past means now.',
    }),
  })
  .refine(({ deliverAt, expiresAt }) => !(deliverAt && expiresAt) || !isLater(deliverAt, expiresAt), {
    path: ['deliverAt'],
    message: 'must be before expiresAt',
  });
export type NotificationInput = z.infer<typeof notificationInputSchema>;

/** The body of `POST /notifications` as an array. */
export const notificationInputsSchema = z
  .array(notificationInputSchema)
  .min(1, 'must have at least one notification')
  .max(MAX_NOTIFICATIONS_PER_REQUEST, `must have at most ${MAX_NOTIFICATIONS_PER_REQUEST} notifications`);

/** A notification as it is stored and shown: complete, with the time at which the producer took it. */
export const notificationSchema = z.strictObject({
  id: idSchema,
  feed: feedSchema.default(DEFAULT_FEED),
  severity: severitySchema.default('info'),
  ...content,
  expiresAt: dateTimeSchema.optional(),
  createdAt: dateTimeSchema,
});
export type Notification = z.infer<typeof notificationSchema>;

/** Whether the time `a` is `b` or later; false where one of them is no time. */
const isLater = (a: string, b: string): boolean => (parseDateTime(a) ?? NaN) >= (parseDateTime(b) ?? NaN);
