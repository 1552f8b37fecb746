import { z } from 'zod';
import { durationSchema } from '../text/duration.ts';

/** Shortest and longest wait of a fallback. */
export const MIN_FALLBACK_AFTER = 'PT1S';
export const MAX_FALLBACK_AFTER = 'P30D';
/** Maximum number of fallbacks of a notification. */
export const MAX_FALLBACKS = 5;

/** The name of a channel: `push`, `email`, `webhook`, or a name from the deployment's channel settings. */
export const channelNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be the name of a channel: 1 to 40 of a-z 0-9 -, a letter first');

/** The state of a notification that makes a fallback unnecessary. */
export const UNLESS = ['read', 'seen'] as const;

/**
 * A message through another channel, `after` the notification was published, unless it was read (or
 * `seen`), archived, snoozed, retracted, replaced or expired by then.
 */
export const fallbackSchema = z.strictObject({
  after: durationSchema(MIN_FALLBACK_AFTER, MAX_FALLBACK_AFTER),
  via: channelNameSchema,
  unless: z
    .enum(UNLESS, `must be one of ${UNLESS.join(', ')}`)
    .optional()
    .meta({ description: '`read` if left out.' }),
});
export type Fallback = z.infer<typeof fallbackSchema>;

export const fallbacksSchema = z
  .array(fallbackSchema)
  .min(1, 'must have at least one fallback')
  .max(MAX_FALLBACKS, `must have at most ${MAX_FALLBACKS} fallbacks`)
  .meta({
    description:
      'Messages through other channels if the reader does not react in time; only for `user:` feeds, and the API key needs the scope `fallback`.',
  });
