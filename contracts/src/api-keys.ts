import { z } from 'zod';
import { feedPatternSchema } from './feed-pattern.ts';

/** A key under which others may publish. The key itself is kept nowhere. */
export const apiKeySchema = z.strictObject({
  /** Who has the key, for logs. */
  name: z.string().min(1).max(80),
  /** SHA-256 of the key, in hexadecimal digits. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case'),
  /** The feeds to which it may publish. */
  feeds: z.array(feedPatternSchema).min(1).max(200),
  /** Notifications a second, over time; each instance of the producer counts for itself. */
  perSecond: z.int().min(1).max(100_000),
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
