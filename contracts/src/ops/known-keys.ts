import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';

/** An API key that the producers have seen. The data identifies the key but can't be used to authenticate. */
export const knownKeySchema = z.strictObject({
  name: z.string(),
  /** The first 16 digits of the key's hash. */
  hash: z.string(),
  /**
   * The first 16 digits of a hash of all other members of the key's record. Changes if the key's permissions change.
   */
  rights: z.string(),
});
export type KnownKey = z.infer<typeof knownKeySchema>;

/**
 * The API keys that the producers last saw, except revoked keys. Comparing them with the current keys shows which keys
 * were created, changed or revoked. The audit trail records these changes.
 */
export const knownKeysSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  keys: z.array(knownKeySchema),
});
export const KNOWN_KEYS_KEY = 'known-keys';
