import { z } from 'zod';
import { channelNameSchema } from '../away/fallback.ts';
import { UNSENT_OUTCOMES } from '../away/stored.ts';
import { feedSchema } from '../feed/name.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';

/** Maximum number of fallbacks per response and per request. */
export const MAX_UNSENT_LISTED = 100;

/** Identifies an unsent fallback by reader, notification, channel and `at`, the time of its outcome. */
export const unsentNameSchema = z.strictObject({
  reader: feedSchema.refine((feed) => feed.startsWith('user:'), 'must be user:<sub>'),
  id: idSchema,
  createdAt: dateTimeSchema,
  via: channelNameSchema,
  at: dateTimeSchema,
});
export type UnsentName = z.infer<typeof unsentNameSchema>;

/** A fallback that was refused, or that may not have been sent. */
export const unsentFallbackSchema = unsentNameSchema.extend({
  outcome: z.enum(UNSENT_OUTCOMES),
  reason: z.string().optional(),
});
export type UnsentFallback = z.infer<typeof unsentFallbackSchema>;

/**
 * A cursor identifies the last item of a page: a reader (by time and hash) or, if a second hash follows, one of the
 * reader's fallbacks.
 */
const CURSOR = /^\d{1,16}\.[0-9a-f]{32}(\.[0-9a-f]{16})?$/;

/** Query parameters for `GET /app/ops/fallbacks/unsent`. */
export const unsentQuerySchema = z.strictObject({
  cursor: z.string().regex(CURSOR, 'must be the value of next in an earlier page').optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${MAX_UNSENT_LISTED}`)
    .transform(Number)
    .refine((n) => n <= MAX_UNSENT_LISTED, `must be from 1 to ${MAX_UNSENT_LISTED}`)
    .default(MAX_UNSENT_LISTED),
});
export type UnsentQuery = z.infer<typeof unsentQuerySchema>;

/**
 * The response: unsent fallbacks, grouped by reader. The reader with the most recent unsent fallback comes first, and
 * each reader's fallbacks are sorted newest first. `next` is the next page's `cursor`, or null at the end. A page
 * can be short or empty even if more pages follow.
 */
export const unsentPageSchema = z.object({
  fallbacks: z.array(unsentFallbackSchema),
  next: z.string().nullable(),
  /** Number of readers on this page with unreadable fallbacks. */
  unreadable: z.int().min(0),
  /** When the list last dropped a reader because it was full. Null if the list is complete. */
  truncatedAt: dateTimeSchema.nullable(),
});
export type UnsentPage = z.infer<typeof unsentPageSchema>;

/** The body of `POST /app/ops/fallbacks/send-again` and `POST /app/ops/fallbacks/dismiss`. */
export const unsentNamesSchema = z.strictObject({
  fallbacks: z.array(unsentNameSchema).min(1).max(MAX_UNSENT_LISTED),
});
export type UnsentNames = z.infer<typeof unsentNamesSchema>;

/** Why resending or dismissing a fallback failed. With `unavailable`, it may have been resent or dismissed anyway. */
export const UNSENT_FAULTS = ['not_found', 'no_channel', 'full', 'unavailable'] as const;

/** The response: the number of fallbacks requeued or dismissed, and the fallbacks that failed and why. */
export const unsentResultSchema = z.object({
  done: z.int().min(0),
  failed: z.array(unsentNameSchema.extend({ code: z.enum(UNSENT_FAULTS), detail: z.string() })),
});
export type UnsentResult = z.infer<typeof unsentResultSchema>;
