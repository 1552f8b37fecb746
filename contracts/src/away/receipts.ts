import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';
import { feedSchema } from '../feed/name.ts';
import { subSchema } from '../reader/identity.ts';
import { channelNameSchema } from './fallback.ts';
import { FALLBACK_OUTCOMES } from './stored.ts';

/**
 * The notification of `GET /app/ops/receipts` and of `GET /notifications/{id}/receipts`, and the body of `POST
 * /receipts` on the bff's internal port, which only the producer calls.
 */
export const receiptsQuerySchema = retractRequestSchema;

/** The states of a fallback: it waits, it is being sent, or it ended. */
export const FALLBACK_STATES = ['waiting', 'sending', ...FALLBACK_OUTCOMES] as const;

const count = z.int().min(0);

/** How far a notification has reached the readers of its feed. */
export const receiptsSchema = z
  .object({
    id: idSchema,
    feed: feedSchema,
    reader: z
      .object({
        delivered: z
          .boolean()
          .optional()
          .meta({ description: 'Whether a page of the reader has acknowledged the notification.' }),
        seen: z.boolean(),
        read: z.boolean(),
        archived: z.boolean(),
        snoozedUntil: dateTimeSchema.optional(),
      })
      .optional()
      .meta({
        description: 'The reader of a `user:` feed. Absent if the history does not have the notification.',
      }),
    readers: z
      .object({
        accuracy: z.literal('about').meta({
          description: 'The counts may be slightly too low or too high, and are some seconds old.',
        }),
        pages: count.meta({ description: 'Pages that have acknowledged the notification.' }),
        seen: count.meta({ description: 'Readers who have seen or read it.' }),
        read: count.meta({ description: 'Readers who have read it.' }),
        archived: count.meta({ description: 'Readers who have it in their archive.' }),
      })
      .optional()
      .meta({
        description:
          'The readers of `all` or a `topic:` feed. Absent if the history does not have the notification, or if it is too old to be counted.',
      }),
    fallbacks: z
      .array(
        z.object({
          via: channelNameSchema,
          state: z.enum(FALLBACK_STATES),
          at: dateTimeSchema.meta({ description: 'When the fallback is due or ended.' }),
          reason: z.string().optional(),
        }),
      )
      .meta({ description: 'Empty for `all` and `topic:` feeds, which have no fallbacks.' }),
  })
  .meta({ description: 'How far a notification has reached the readers of its feed.' });
export type Receipts = z.infer<typeof receiptsSchema>;

/** The path parameter of `GET /app/ops/readers/{sub}/export`. */
export const exportRequestSchema = z.strictObject({ sub: subSchema });
