import { createSecretKey, type KeyObject } from 'node:crypto';

/**
 * The keys for calls between our applications. The first key signs; signatures made with any of the keys are accepted.
 */
export type SigningKeys = readonly [KeyObject, ...KeyObject[]];

/** The hash length, as recommended by RFC 2104, section 3. */
const MIN_BYTES = 32;
/** Limited because each key costs another hash when a signature is wrong. */
const MAX_KEYS = 5;

/**
 * Parses the `internal` secret: comma-separated values, newest first.
 * @throws Error that explains the mistake without revealing any part of the secret
 */
export function parseSigningKeys(text: string): SigningKeys {
  const values = text.split(',').map((value) => value.trim());
  if (values.length > MAX_KEYS)
    throw new Error(`The "internal" secret has ${values.length} values; at most ${MAX_KEYS} are allowed.`);
  const keys = values.map((value, index) => {
    const bytes = Buffer.from(value);
    if (bytes.length >= MIN_BYTES) return createSecretKey(bytes);
    const subject = values.length === 1 ? 'The "internal" secret' : `Value ${index + 1} of "internal"`;
    throw new Error(
      `${subject} has ${bytes.length} bytes and needs at least ${MIN_BYTES}: ` +
        'create one with `openssl rand -base64 48`.',
    );
  });
  return keys as unknown as SigningKeys;
}
