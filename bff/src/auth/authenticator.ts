import type { Identity } from '@tocsin/contracts';
import { checkToken, type TokenRules } from './check-token.ts';
import { AuthError } from './errors.ts';
import type { Revocations } from './revocations.ts';

/** Authenticates requests and connections. */
export interface Authenticator {
  readonly mode: 'none' | 'jwt';
  /** The revoked subjects. Not set if tokens are not required. */
  readonly revocations?: Revocations;
  /** Resolves with the token's identity, or `undefined` if tokens are not required. Rejects with an AuthError. */
  identify(token: string | undefined): Promise<Identity | undefined>;
  /** Resolves if tokens can be checked. Otherwise rejects with the reason. */
  ready(): Promise<void>;
  stop(): void;
}

/** Lets every caller in, anonymously. */
export const allowAll: Authenticator = {
  mode: 'none',
  identify: () => Promise.resolve(undefined),
  ready: () => Promise.resolve(),
  stop: () => undefined,
};

/** Requires a valid token that hasn't been revoked. */
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
    if (!revocations.isLoaded)
      throw new Error('The revocations have not been read from the state store yet.');
  },
  stop: () => {
    revocations.stop();
    stop();
  },
});

/** @throws AuthError if the token was revoked, or the revocations have not been loaded yet */
function checkRevoked(identity: Identity, revocations: Revocations, { now, clockSkewS }: TokenRules): void {
  if (!revocations.isLoaded) throw new AuthError('unavailable', 'the revocations have not been loaded yet');
  if (revocations.refuses(identity)) throw new AuthError('unauthorized', 'the token was revoked');
  const { sub, issuedAt = 0 } = identity;
  // Reject an iat in the future. Otherwise, the token would evade all revocations made before that time.
  if (revocations.has(sub) && issuedAt > now() + clockSkewS * 1000) {
    throw new AuthError('unauthorized', 'the iat claim is in the future');
  }
}
