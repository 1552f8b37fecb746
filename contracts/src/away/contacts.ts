import { z } from 'zod';
import { channelNameSchema } from './fallback.ts';

/**
 * A single plain e-mail address with exactly one `@`. Rejects spaces, double quotes, commas, brackets of any kind and
 * control characters, so that an address can't contain a list, a name, a comment or a line break. Consent, storage and
 * sending all use this schema, so an accepted address is never rejected later.
 */
export const emailAddressSchema = z
  .string()
  .max(254, 'must have at most 254 characters')
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/,
    'must be an e-mail address',
  );

const base64url = (max: number) =>
  z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{1,${max}}=*$`), `must be base64url text of at most ${max} characters`);

/** A browser's Web Push subscription, as returned by `PushSubscription.toJSON()`. */
export const pushSubscriptionSchema = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be the URL of a push service' })
    .max(1_000, 'must have at most 1000 characters'),
  expirationTime: z.number().nullable().optional(),
  keys: z.strictObject({ p256dh: base64url(100), auth: base64url(32) }),
});

export const LANGUAGES = ['en', 'de'] as const;
const languageSchema = z.enum(LANGUAGES, `must be one of ${LANGUAGES.join(', ')}`);

/**
 * The body of `PUT /app/channels/email`. Opts in to e-mail at the address in the token's `email` claim or, if `code` is
 * set, at the address that received the code.
 */
export const putEmailSchema = z.strictObject({
  consent: z.literal(true, 'must be true, to confirm that the reader agrees to receive e-mail'),
  code: z
    .string()
    .regex(/^\d{8}$/, 'must be the 8-digit code')
    .optional(),
  language: languageSchema.optional(),
});

/** The body of `POST /app/channels/email/code`, which sends a code to a second address. */
export const emailCodeSchema = z.strictObject({ address: emailAddressSchema });

/** The body of `PUT /app/channels/push`. */
export const putPushSchema = z.strictObject({
  subscription: pushSubscriptionSchema,
  language: languageSchema.optional(),
});

/** The body of `DELETE /app/channels/push`. `endpoint` identifies the device to remove. */
export const deletePushSchema = z.strictObject({ endpoint: pushSubscriptionSchema.shape.endpoint });

/** The response to `GET /app/channels`. */
export const channelsSchema = z.strictObject({
  /** The deployment's channels, and whether each of them can reach the reader. */
  channels: z.array(z.strictObject({ name: channelNameSchema, reaches: z.boolean() })),
  email: z.strictObject({
    /** The address that receives e-mail. */
    address: z.string().nullable(),
    /** The address in the token, unless it is marked as unverified. */
    offered: z.string().nullable(),
    /** Whether the deployment sends e-mail, through the `email` channel or a binding. Earlier versions omit it. */
    used: z.boolean().optional(),
  }),
  push: z.strictObject({
    /** The VAPID key for `PushManager.subscribe`, if the deployment supports Web Push. */
    publicKey: z.string().nullable(),
    endpoints: z.array(z.string()),
  }),
});
export type Channels = z.infer<typeof channelsSchema>;
