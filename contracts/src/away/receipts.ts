import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';
import { feedSchema } from '../feed/name.ts';
import { subSchema } from '../reader/identity.ts';
import { channelNameSchema } from './fallback.ts';
import { FALLBACK_OUTCOMES } from './stored.ts';

/**
 * Identifies the notification in `GET /app/ops/receipts` and `GET /notifications/{id}/receipts`. Also the body of
 * `POST /receipts` on the bff's internal port, which only the producer calls.
 */
export const receiptsQuerySchema = retractRequestSchema;

/** A fallback is waiting, being sent, or done with an outcome. */
export const FALLBACK_STATES = ['waiting', 'sending', ...FALLBACK_OUTCOMES] as const;

const count = z.int().min(0);

/** Whether readers received, saw, read or archived a notification, and the state of any fallbacks. */
export const receiptsSchema = z
  .object({
    id: idSchema,
    feed: feedSchema,
    reader: z
      .object({
        delivered: z
          .boolean()
          .optional()
          .meta({ description: "Whether one of the reader's pages has acknowledged the notification." }),
        seen: z.boolean(),
        read: z.boolean(),
        archived: z.boolean(),
        snoozedUntil: dateTimeSchema.optional(),
      })
      .optional()
      .meta({
        description:
          "What the reader of a `user:` feed did with the notification. Omitted if it isn't in the history.",
      }),
    readers: z
      .object({
        accuracy: z.literal('about').meta({
          description: 'The counts are approximate and a few seconds old.',
        }),
        pages: count.meta({ description: 'Pages that have acknowledged the notification.' }),
        seen: count.meta({ description: 'Readers who have seen or read it.' }),
        read: count.meta({ description: 'Readers who have read it.' }),
        archived: count.meta({ description: 'Readers who have archived it.' }),
      })
      .optional()
      .meta({
        description:
          "What the readers of `all` or a `topic:` feed did. Omitted if the notification isn't in the history or is too old.",
      }),
    fallbacks: z
      .array(
        z.object({
          via: channelNameSchema,
          state: z.enum(FALLBACK_STATES),
          at: dateTimeSchema.meta({ description: 'When the fallback is due, or when it ended.' }),
          reason: z.string().optional(),
        }),
      )
      .meta({ description: 'Empty for `all` and `topic:` feeds, which have no fallbacks.' }),
  })
  .meta({
    description:
      'Whether readers received, saw, read or archived a notification, and the state of its fallbacks.',
  });
export type Receipts = z.infer<typeof receiptsSchema>;

/** The path parameter of `GET /app/ops/readers/{sub}/export`. */
export const exportRequestSchema = z.strictObject({ sub: subSchema });
