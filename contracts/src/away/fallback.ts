import { z } from 'zod';
import { atMost } from '../text/checks.ts';
import { durationSchema } from '../text/duration.ts';

/** Shortest and longest fallback delay. */
export const MIN_FALLBACK_AFTER = 'PT1S';
export const MAX_FALLBACK_AFTER = 'P30D';
/** Maximum number of fallbacks per notification. */
export const MAX_FALLBACKS = 5;

/** A channel name: `push`, `email`, `webhook`, or a name from the deployment's channel settings. */
export const channelNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'must be a channel name: 1 to 40 characters of a-z 0-9 -, starting with a letter',
  );

/** Reader states that make a fallback unnecessary. */
export const UNLESS = ['read', 'seen'] as const;

/**
 * A message through another channel, sent when the time `after` has passed since publication. It is not sent if the
 * reader has read the notification (or has seen it, if `unless` is `seen`), or has archived or snoozed it. It is also
 * not sent if the notification was retracted or replaced, or has expired.
 */
export const fallbackSchema = z.strictObject({
  after: durationSchema(MIN_FALLBACK_AFTER, MAX_FALLBACK_AFTER),
  via: channelNameSchema,
  unless: z
    .enum(UNLESS, `must be one of ${UNLESS.join(', ')}`)
    .optional()
    .meta({ description: 'Default: `read`.' }),
});
export type Fallback = z.infer<typeof fallbackSchema>;

export const fallbacksSchema = atMost(
  MAX_FALLBACKS,
  'fallbacks',
  z.array(fallbackSchema).min(1, 'must have at least one fallback'),
).meta({
  description:
    "Messages through other channels if the reader doesn't react in time. Only for `user:` feeds. Requires an API key with the `fallback` scope.",
});
