import type { Identity } from '@tocsin/contracts';
import { checkToken, type TokenRules } from './check-token.ts';

/** Tells who a request or connection speaks for. */
export interface Authenticator {
  readonly mode: 'none' | 'jwt';
  /** The bearer of the token; `undefined` where nobody is asked for one. Rejects with an AuthError. */
  identify(token: string | undefined): Promise<Identity | undefined>;
  /** Resolves when tokens can be checked; rejects with the reason why not. */
  ready(): Promise<void>;
  stop(): void;
}

/** Everybody is let in, as nobody. */
export const openDoor: Authenticator = {
  mode: 'none',
  identify: () => Promise.resolve(undefined),
  ready: () => Promise.resolve(),
  stop: () => undefined,
};

/** Everybody needs a token that the rules accept. */
export const tokenDoor = (
  rules: TokenRules,
  { ready, stop }: Pick<Authenticator, 'ready' | 'stop'>,
): Authenticator => ({
  mode: 'jwt',
  identify: (token) => checkToken(token, rules),
  ready,
  stop,
});
