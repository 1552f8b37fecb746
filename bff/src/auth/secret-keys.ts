import { createHmac, timingSafeEqual } from 'node:crypto';
import { AuthError } from './errors.ts';
import type { Keys } from './check-token.ts';

/** RFC 7518, 3.2: a key of HS256 has at least as many bytes as its hash. */
const LEAST_BYTES = 32;
/** Each is tried on a token, so there are few. */
const MAX_SECRETS = 8;

/**
 * The shared secrets that a text names, one a line, the newest first. The text as a whole counts as one too, as it
 * did before there could be several: a secret that ends with a line break stays valid.
 * @throws Error when one of them is too short to be a secret, or there are too many
 */
export function parseSecrets(text: string): Uint8Array[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length > MAX_SECRETS) {
    throw new Error(
      `The secret for tokens has ${lines.length} lines; it may have ${MAX_SECRETS}, one for each secret.`,
    );
  }
  const encoder = new TextEncoder();
  const secrets = (lines.length > 0 ? lines : ['']).map((line) => encoder.encode(line));
  for (const [index, { length }] of secrets.entries()) {
    if (length >= LEAST_BYTES) continue;
    const which = secrets.length > 1 ? ` in line ${index + 1}` : '';
    throw new Error(`The secret for tokens has ${length} bytes${which}; it needs at least ${LEAST_BYTES}.`);
  }
  return secrets.length === 1 && lines[0] === text ? secrets : [...secrets, encoder.encode(text)];
}

/** Secrets that issuer and bff share, so that they can be changed with an overlap; `secrets` throws while they are not known. */
export const secretKeys = (secrets: () => readonly Uint8Array[]): Keys => ({
  algorithms: ['HS256'],
  find: async (_header, token) => {
    let known: readonly Uint8Array[];
    try {
      known = secrets();
    } catch (cause) {
      throw new AuthError('unavailable', 'the secret for tokens is not known yet', { cause });
    }
    const newest = known[0] ?? new Uint8Array();
    return known.length === 1 ? newest : (known.find((secret) => hasSigned(secret, token)) ?? newest);
  },
});

/** Only picks the secret: the token is verified with it afterwards like any other. */
function hasSigned(
  secret: Uint8Array,
  token: { protected?: string; payload: string | Uint8Array; signature: string },
): boolean {
  const sent = Buffer.from(token.signature, 'base64url');
  const signed = createHmac('sha256', secret)
    .update(`${token.protected ?? ''}.`)
    .update(token.payload)
    .digest();
  return sent.length === signed.length && timingSafeEqual(sent, signed);
}
