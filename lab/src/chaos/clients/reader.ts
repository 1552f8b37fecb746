import { randomBytes } from 'node:crypto';
import { signToken } from '@tocsin/tools/auth/sign-token';
import { FEEDS, MANY_FEEDS } from './workload.ts';

/** Short enough for tokens to be renewed on live connections during a run, in s. */
const LIFE_S = 90;
/** A client in a process of its own is given one token for the whole run, in s. */
const LONG_LIFE_S = 24 * 60 * 60;

const FEED_NAMES = [...FEEDS, ...MANY_FEEDS].flatMap((feed) => /^topic:(.+)$/.exec(feed)?.[1] ?? []);

/** The one who reads all feeds of a run, and the secret with which its tokens are signed. */
export class Reader {
  readonly #secret = randomBytes(48).toString('base64url');

  /** The environment of the sidecars' secret store. */
  get secrets(): Record<string, string> {
    return { NOTIFICATION_SECRETS_jwt: this.#secret };
  }

  readonly getToken = (): Promise<string> => this.#sign(LIFE_S);
  readonly getLongToken = (): Promise<string> => this.#sign(LONG_LIFE_S);

  #sign(seconds: number): Promise<string> {
    return signToken({
      claims: { sub: '42', feeds: FEED_NAMES, roles: [] },
      exp: Math.floor(Date.now() / 1000) + seconds,
      issuer: 'tocsin',
      audience: 'tocsin',
      secret: this.#secret,
    });
  }
}
