import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';
import { channelNameSchema } from './fallback.ts';
import { FALLBACK_OUTCOMES } from './stored.ts';

const shared = {
  specversion: z.literal('1.0'),
  /** The event's id, which stays the same when the event is republished. */
  id: z.string().min(1).max(64),
  source: z.literal('/tocsin'),
  time: dateTimeSchema,
  datacontenttype: z.literal('application/json'),
};

/** Published when the outcome of a fallback is known. */
const fallbackEndedSchema = z.object({
  ...shared,
  type: z.literal('tocsin.fallback.ended'),
  subject: idSchema,
  data: z.object({
    id: idSchema,
    feed: feedSchema,
    via: channelNameSchema,
    outcome: z.enum(FALLBACK_OUTCOMES),
    reason: z.string().optional(),
  }),
});

/**
 * Published when the reader of a `user:` feed reads notifications. `ids` contains the newest of these notifications,
 * oldest first. If `more` is set, the reader also read older notifications.
 */
const notificationsReadSchema = z.object({
  ...shared,
  type: z.literal('tocsin.notifications.read'),
  data: z.object({ feed: feedSchema, ids: z.array(idSchema).min(1), more: z.boolean() }),
});

/** A CloudEvent on the topic `notification-receipts`. Later versions may add members and types. */
export const receiptEventSchema = z.discriminatedUnion('type', [
  fallbackEndedSchema,
  notificationsReadSchema,
]);
export type ReceiptEvent = z.infer<typeof receiptEventSchema>;

/** Receipt events that the broker didn't accept. Every instance retries them. */
export const lateReceiptsSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  waiting: z.array(receiptEventSchema),
});
export type LateReceipts = z.infer<typeof lateReceiptsSchema>;

export const LATE_RECEIPTS_KEY = 'receipts-late';
