import { z } from 'zod';
import { feedPatternSchema } from '../feed/pattern.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema, plainText } from '../text/text.ts';

/** What a key may be used for. `fallback` is for what fetches notifications that reached no browser. */
export const KEY_SCOPES = ['publish', 'retract', 'erase', 'fallback'] as const;
export const keyScopeSchema = z.enum(KEY_SCOPES, `must be one of ${KEY_SCOPES.join(', ')}`);
export type KeyScope = z.infer<typeof keyScopeSchema>;

/** What a record without `scopes` permits: all that keys permitted before there were scopes. */
export const DEFAULT_KEY_SCOPES: readonly KeyScope[] = ['publish', 'retract', 'erase'];

/** A key under which others may publish. The key itself is kept nowhere. */
export const apiKeySchema = z.strictObject({
  /** Who has the key, for logs. */
  name: z.string().min(1).max(80),
  /** SHA-256 of the key, in hexadecimal digits. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case'),
  /** The feeds for which it holds. */
  feeds: z.array(feedPatternSchema).min(1).max(200),
  /** Notifications a second, over time; each instance of the producer counts for itself. */
  perSecond: z.int().min(1).max(100_000),
  /** What it permits on these feeds; left out, `DEFAULT_KEY_SCOPES`. */
  scopes: z.array(keyScopeSchema).min(1).max(KEY_SCOPES.length).optional(),
  /** The one `source` under which it publishes. */
  source: plainText({ max: 80 }).optional(),
  createdAt: dateTimeSchema.optional(),
  /** From then on it is refused. */
  expiresAt: dateTimeSchema.optional(),
  /** It was revoked then, and is refused. */
  revokedAt: dateTimeSchema.optional(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

/** What the secret with the API keys holds, as JSON. */
export const apiKeysSchema = z
  .array(apiKeySchema)
  .max(1_000)
  .superRefine((keys, context) => {
    for (const member of ['name', 'hash'] as const) {
      const seen = new Set<string>();
      for (const [index, key] of keys.entries()) {
        if (seen.has(key[member])) {
          context.addIssue({ code: 'custom', path: [index, member], message: 'is given twice' });
        }
        seen.add(key[member]);
      }
    }
  });

/** When a key was used last; a document of the producer's state for each key. */
export const keyUseSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  name: z.string(),
  usedAt: dateTimeSchema,
});
export type KeyUse = z.infer<typeof keyUseSchema>;

/** `hash` is that of the key, so a new key of the same name begins unused; its first 16 digits tell keys apart. */
export const keyUseKey = (hash: string): string => `key-use:${hash.slice(0, 16)}`;
