import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';

/** An API key that the audit trail has recorded. It identifies the key but cannot be used as one. */
export const knownKeySchema = z.strictObject({
  name: z.string(),
  /** The first 16 digits of the key's hash. */
  hash: z.string(),
  /** The first 16 digits of a hash of the rights in its record. */
  rights: z.string(),
});
export type KnownKey = z.infer<typeof knownKeySchema>;

/** The keys that the audit trail has recorded. Differences show keys that were created, changed or revoked since. */
export const knownKeysSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  keys: z.array(knownKeySchema),
});
export const KNOWN_KEYS_KEY = 'known-keys';
