import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';

/** An API key recorded in the audit trail. Identifies the key but can't be used to authenticate. */
export const knownKeySchema = z.strictObject({
  name: z.string(),
  /** The first 16 digits of the key's hash. */
  hash: z.string(),
  /** The first 16 digits of a hash of the rest of the key's record. */
  rights: z.string(),
});
export type KnownKey = z.infer<typeof knownKeySchema>;

/**
 * The keys recorded in the audit trail. Comparing them with the current keys shows which were created, changed or
 * revoked.
 */
export const knownKeysSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  keys: z.array(knownKeySchema),
});
export const KNOWN_KEYS_KEY = 'known-keys';
