import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';
import { feedSchema } from '../feed/name.ts';
import { subSchema } from '../reader/identity.ts';
import { channelNameSchema } from './fallback.ts';
import { FALLBACK_OUTCOMES } from './stored.ts';

/** The query of `GET /app/ops/receipts`. */
export const receiptsQuerySchema = retractRequestSchema.refine(({ feed }) => feed.startsWith('user:'), {
  path: ['feed'],
  message: 'must be a user: feed',
});

/** The states of a fallback: it waits, it is being sent, or it ended. */
export const FALLBACK_STATES = ['waiting', 'sending', ...FALLBACK_OUTCOMES] as const;

/** How far a notification has reached the reader of its `user:` feed. */
export const receiptsSchema = z.object({
  id: idSchema,
  feed: feedSchema,
  /** Absent if the history does not have the notification. */
  reader: z
    .object({
      seen: z.boolean(),
      read: z.boolean(),
      archived: z.boolean(),
      snoozedUntil: dateTimeSchema.optional(),
    })
    .optional(),
  /** `at` is when the fallback is due or ended. */
  fallbacks: z.array(
    z.object({
      via: channelNameSchema,
      state: z.enum(FALLBACK_STATES),
      at: dateTimeSchema,
      reason: z.string().optional(),
    }),
  ),
});
export type Receipts = z.infer<typeof receiptsSchema>;

/** The path parameter of `GET /app/ops/readers/{sub}/export`. */
export const exportRequestSchema = z.strictObject({ sub: subSchema });
