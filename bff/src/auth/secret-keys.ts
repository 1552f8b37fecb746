import { createHmac, timingSafeEqual } from 'node:crypto';
import { AuthError } from './errors.ts';
import type { Keys } from './check-token.ts';

/** RFC 7518, 3.2: an HS256 key must have at least the hash's 32 bytes. */
const MIN_BYTES = 32;
/** Limited because a token might have to be checked against every secret. */
const MAX_SECRETS = 8;

/**
 * Parses shared secrets, one per line, newest first. The whole text is also accepted as a secret, since earlier
 * versions supported a single secret that could contain line breaks.
 * @throws Error if a secret is too short, or there are too many
 */
export function parseSecrets(text: string): Uint8Array[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length > MAX_SECRETS) {
    throw new Error(
      `The token secret has ${lines.length} lines; at most ${MAX_SECRETS} are allowed, one secret per line.`,
    );
  }
  const encoder = new TextEncoder();
  const secrets = (lines.length > 0 ? lines : ['']).map((line) => encoder.encode(line));
  for (const [index, { length }] of secrets.entries()) {
    if (length >= MIN_BYTES) continue;
    const where = secrets.length > 1 ? ` on line ${index + 1}` : '';
    throw new Error(`The token secret has ${length} bytes${where}; it needs at least ${MIN_BYTES}.`);
  }
  return secrets.length === 1 && lines[0] === text ? secrets : [...secrets, encoder.encode(text)];
}

/**
 * Keys from the secrets that the issuer and the bff share. Multiple secrets are valid during a rotation. `secrets`
 * throws until the secrets are loaded.
 */
export const secretKeys = (secrets: () => readonly Uint8Array[]): Keys => ({
  algorithms: ['HS256'],
  find: async (_header, token) => {
    let known: readonly Uint8Array[];
    try {
      known = secrets();
    } catch (cause) {
      throw new AuthError('unavailable', 'the token secret has not been loaded yet', { cause });
    }
    const newest = known[0] ?? new Uint8Array();
    return known.length === 1 ? newest : (known.find((secret) => hasSigned(secret, token)) ?? newest);
  },
});

/** Whether the token was signed with the secret. Only selects the secret: the caller still verifies the whole token. */
function hasSigned(
  secret: Uint8Array,
  token: { protected?: string; payload: string | Uint8Array; signature: string },
): boolean {
  const actual = Buffer.from(token.signature, 'base64url');
  const expected = createHmac('sha256', secret)
    .update(`${token.protected ?? ''}.`)
    .update(token.payload)
    .digest();
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
