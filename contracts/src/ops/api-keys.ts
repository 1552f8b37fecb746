import { z } from 'zod';
import { feedPatternSchema } from '../feed/pattern.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema, plainText } from '../text/text.ts';

/**
 * The permissions that a key can have. A key with `fallback` can publish notifications with fallbacks. A key with
 * `receipts` can look up who has received a notification.
 */
export const KEY_SCOPES = ['publish', 'retract', 'erase', 'fallback', 'receipts'] as const;
export const keyScopeSchema = z.enum(KEY_SCOPES, `must be one of ${KEY_SCOPES.join(', ')}`);
export type KeyScope = z.infer<typeof keyScopeSchema>;

/** The scopes of keys whose record has no `scopes`, such as keys from 0.1.0. */
export const DEFAULT_KEY_SCOPES: readonly KeyScope[] = ['publish', 'retract', 'erase'];

/** A publisher's key. Only the hash is stored. */
export const apiKeySchema = z.strictObject({
  /** The key's owner, for logs. */
  name: z.string().min(1).max(80),
  /** SHA-256 of the key in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hexadecimal digits'),
  /** Feeds that the key can use. */
  feeds: z.array(feedPatternSchema).min(1).max(200),
  /** Maximum number of notifications per second, on average. Each producer instance enforces this limit separately. */
  perSecond: z.int().min(1).max(100_000),
  /** Permitted actions on these feeds. Default: `DEFAULT_KEY_SCOPES`. */
  scopes: z.array(keyScopeSchema).min(1).max(KEY_SCOPES.length).optional(),
  /** If set, notifications published with the key can have only this `source`. */
  source: plainText({ max: 80 }).optional(),
  createdAt: dateTimeSchema.optional(),
  expiresAt: dateTimeSchema.optional(),
  /** When the key was revoked. Revoked keys are rejected. */
  revokedAt: dateTimeSchema.optional(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

/** The JSON secret with the API keys. */
export const apiKeysSchema = z
  .array(apiKeySchema)
  .max(1_000)
  .superRefine((keys, context) => {
    for (const member of ['name', 'hash'] as const) {
      const seen = new Set<string>();
      for (const [index, key] of keys.entries()) {
        if (seen.has(key[member])) {
          context.addIssue({ code: 'custom', path: [index, member], message: 'is used by two keys' });
        }
        seen.add(key[member]);
      }
    }
  });

/** When a key was last used. Stored in the producer's state as one document per key. */
export const keyUseSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  name: z.string(),
  usedAt: dateTimeSchema,
});
export type KeyUse = z.infer<typeof keyUseSchema>;

/**
 * Returns the storage key of an API key's last use. It is derived from the API key's hash, so that a new API key with
 * the same name doesn't inherit the last use. The first 16 digits are enough to distinguish API keys.
 */
export const keyUseKey = (hash: string): string => `key-use:${hash.slice(0, 16)}`;
