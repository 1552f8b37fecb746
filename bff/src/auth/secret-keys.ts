import { AuthError } from './errors.ts';
import type { Keys } from './check-token.ts';

/** RFC 7518, 3.2: a key of HS256 has at least as many bytes as its hash. */
const LEAST_BYTES = 32;

/** The bytes of a shared secret. @throws Error when it is too short to be one */
export function parseSecret(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= LEAST_BYTES) return bytes;
  throw new Error(`The secret for tokens has ${bytes.length} bytes; it needs at least ${LEAST_BYTES}.`);
}

/** One secret that issuer and bff share; `secret` throws as long as it is not known. */
export const secretKeys = (secret: () => Uint8Array): Keys => ({
  algorithms: ['HS256'],
  find: async () => {
    try {
      return secret();
    } catch (cause) {
      throw new AuthError('unavailable', 'the secret for tokens is not known yet', { cause });
    }
  },
});
