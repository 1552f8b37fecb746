import { MAX_TOKEN_LENGTH, claimsSchema, faultsOf, type Identity } from '@tocsin/contracts';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { AuthError } from './errors.ts';

/** Finds the key for a token's header. Rejects with an AuthError if the keys are unavailable. */
export interface Keys {
  readonly algorithms: readonly string[];
  find: JWTVerifyGetKey;
}

export interface TokenRules {
  keys: Keys;
  issuer: string;
  audience: string;
  clockSkewS: number;
  /**
   * Maximum token lifetime (`iat` to `exp`) and age (`iat` to now) in seconds. If omitted, tokens can live forever and
   * need no `iat`.
   */
  maxAgeS?: number | undefined;
  now: () => number;
}

/** The latest time a Date can represent. A token's `exp` can be later. */
const MAX_DATE_MS = 8.64e15;

/**
 * Verifies a token and returns the identity in it. The keys, not the token's header, decide which algorithms are
 * accepted.
 * @throws AuthError with a message that never quotes the token
 */
export async function checkToken(token: string | undefined, rules: TokenRules): Promise<Identity> {
  if (token === undefined || token === '') {
    throw new AuthError('unauthorized', 'a token is required', { tokenGiven: false });
  }
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new AuthError('unauthorized', `the token has more than ${MAX_TOKEN_LENGTH} characters`);
  }
  const claims = claimsSchema.safeParse(await verify(token, rules));
  if (!claims.success) {
    const faults = faultsOf(claims.error).slice(0, 5);
    const text = faults.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new AuthError('unauthorized', `the token has invalid claims: ${text}`);
  }
  const { sub, exp, iat, feeds, roles, email, email_verified: isVerified } = claims.data;
  if (rules.maxAgeS !== undefined && exp - (iat ?? -Infinity) > rules.maxAgeS) {
    const limit = `${rules.maxAgeS} s`;
    throw new AuthError('unauthorized', `the token's lifetime (iat to exp) exceeds ${limit}`);
  }
  const expiresAt = Math.min(MAX_DATE_MS, (exp + rules.clockSkewS) * 1000);
  return {
    ...{ sub, feeds, roles, expiresAt },
    ...(email !== undefined && isVerified !== false && { email }),
    ...(iat !== undefined && { issuedAt: iat * 1000 }),
  };
}

async function verify(token: string, rules: TokenRules): Promise<JWTPayload> {
  const { keys, issuer, audience, clockSkewS, maxAgeS, now } = rules;
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      algorithms: [...keys.algorithms],
      issuer,
      audience,
      clockTolerance: clockSkewS,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'sub'],
      ...(maxAgeS !== undefined && { maxTokenAge: maxAgeS }),
    });
    return payload;
  } catch (error) {
    if (error instanceof AuthError) throw error;
    if (error instanceof errors.JOSEError) throw refusal(error);
    throw new AuthError('unavailable', 'the token cannot be checked right now', { cause: error });
  }
}

function refusal(error: errors.JOSEError): AuthError {
  return new AuthError('unauthorized', reasonOf(error), { cause: error });
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired)
    return error.claim === 'iat' ? 'the token is older than JWT_MAX_AGE' : 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'the token is not valid yet';
    return `the ${error.claim} claim ${error.reason === 'missing' ? 'is missing' : 'has an unexpected value'}`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token's algorithm is not allowed";
  if (error instanceof errors.JWKSNoMatchingKey) return 'no known key matches the token';
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'more than one key matches the token; its header must select one by kid';
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is wrong";
  return 'the token is malformed';
}
