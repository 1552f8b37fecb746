import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';

/** An API key that the audit trail knows: enough to tell that it is the same one, and too little to use it. */
export const knownKeySchema = z.strictObject({
  name: z.string(),
  /** The first 16 digits of the key's hash. */
  hash: z.string(),
  /** The first 16 digits of the hash of all that its record permits. */
  rights: z.string(),
});
export type KnownKey = z.infer<typeof knownKeySchema>;

/** The keys whose creation the audit trail has recorded; what differs from it was created, changed or revoked since. */
export const knownKeysSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  keys: z.array(knownKeySchema),
});
export const KNOWN_KEYS_KEY = 'known-keys';
