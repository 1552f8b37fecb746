import type { Identity } from '@tocsin/contracts';
import { checkToken, type TokenRules } from './check-token.ts';
import { AuthError } from './errors.ts';
import type { Revocations } from './revocations.ts';

/** Identifies the caller of a request or connection. */
export interface Authenticator {
  readonly mode: 'none' | 'jwt';
  /** The revoked subjects; absent if no token is required. */
  readonly revocations?: Revocations;
  /** Resolves with the token's bearer, or `undefined` if no token is required. Rejects with an AuthError. */
  identify(token: string | undefined): Promise<Identity | undefined>;
  /** Resolves when tokens can be checked; rejects with the reason if they cannot. */
  ready(): Promise<void>;
  stop(): void;
}

/** Admits every caller, and identifies none. */
export const allowAll: Authenticator = {
  mode: 'none',
  identify: () => Promise.resolve(undefined),
  ready: () => Promise.resolve(),
  stop: () => undefined,
};

/** Requires every caller to have a valid token that has not been revoked. */
export const jwtAuthenticator = (
  rules: TokenRules,
  revocations: Revocations,
  { ready, stop }: Pick<Authenticator, 'ready' | 'stop'>,
): Authenticator => ({
  mode: 'jwt',
  revocations,
  identify: async (token) => {
    const identity = await checkToken(token, rules);
    checkRevoked(identity, revocations, rules);
    return identity;
  },
  ready: async () => {
    await ready();
    if (!revocations.known) throw new Error('The revocations have not been read from the state store yet.');
  },
  stop: () => {
    revocations.stop();
    stop();
  },
});

/** @throws AuthError when the token was revoked, or when the revocations are not known yet */
function checkRevoked(identity: Identity, revocations: Revocations, { now, clockSkewS }: TokenRules): void {
  if (!revocations.known) throw new AuthError('unavailable', 'the revocations have not been loaded yet');
  if (revocations.refuses(identity)) throw new AuthError('unauthorized', 'the token was revoked');
  const { sub, issuedAt = 0 } = identity;
  // A token with an iat in the future would escape every revocation until that time.
  if (revocations.has(sub) && issuedAt > now() + clockSkewS * 1000) {
    throw new AuthError('unauthorized', 'the iat claim is in the future');
  }
}
