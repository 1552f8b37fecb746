import { randomBytes } from 'node:crypto';
import { signToken } from '@tocsin/tools/auth/sign-token';
import { ORDERS_FEED } from './orders.ts';
import { FEEDS, MANY_FEEDS } from './workload.ts';

/** Token lifetime (s). Short enough that open connections renew tokens during a run. */
const LIFE_S = 90;
/** Lifetime (s) of tokens that aren't renewed, such as the token of the client in a separate process. */
const LONG_LIFE_S = 24 * 60 * 60;

const FEED_NAMES = [...FEEDS, ...MANY_FEEDS, ORDERS_FEED].flatMap(
  (feed) => /^topic:(.+)$/.exec(feed)?.[1] ?? [],
);

/** The reader for all feeds in a run, and the secret for signing tokens. */
export class Reader {
  readonly #secret = randomBytes(48).toString('base64url');

  /** The environment for the sidecars' secret store. */
  get secrets(): Record<string, string> {
    return { NOTIFICATION_SECRETS_jwt: this.#secret };
  }

  readonly getToken = (): Promise<string> => this.#sign(LIFE_S);
  readonly getLongToken = (): Promise<string> => this.#sign(LONG_LIFE_S);

  /** Creates a token for a reader who gets fallbacks. */
  readonly getTokenOf = (sub: string): Promise<string> => this.#sign(LONG_LIFE_S, sub);

  #sign(seconds: number, sub = '42'): Promise<string> {
    return signToken({
      claims: { sub, feeds: FEED_NAMES, roles: [], email: `${sub}@example.org` },
      exp: Math.floor(Date.now() / 1000) + seconds,
      issuer: 'tocsin',
      audience: 'tocsin',
      secret: this.#secret,
    });
  }
}
