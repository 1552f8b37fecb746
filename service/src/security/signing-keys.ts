import { createSecretKey, type KeyObject } from 'node:crypto';

/** The secrets with which our own calls are signed: the first one signs, each of them is accepted. */
export type SigningKeys = readonly [KeyObject, ...KeyObject[]];

/** As long as the hash: RFC 2104, 3. */
const LEAST_BYTES = 32;
/** Each costs a hash where a signature is wrong. */
const MAX_KEYS = 5;

/**
 * Reads the secret `internal`: one value, or several with commas between, the newest first.
 * @throws Error that says what is wrong; nothing of the secret is in it
 */
export function parseSigningKeys(text: string): SigningKeys {
  const values = text.split(',').map((value) => value.trim());
  if (values.length > MAX_KEYS)
    throw new Error(`The secret "internal" has ${values.length} values; it may have ${MAX_KEYS}.`);
  const keys = values.map((value, index) => {
    const bytes = Buffer.from(value);
    if (bytes.length >= LEAST_BYTES) return createSecretKey(bytes);
    const which = values.length === 1 ? '' : `Value ${index + 1} of `;
    throw new Error(
      `${which || 'The secret '}"internal" has ${bytes.length} bytes and needs at least ${LEAST_BYTES}: ` +
        '`openssl rand -base64 48` prints one.',
    );
  });
  return keys as unknown as SigningKeys;
}
