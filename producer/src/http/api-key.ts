import type { Request, RequestHandler, Response } from 'express';
import type { Fault } from '@tocsin/contracts';
import { sendProblem, type Logger } from '@tocsin/service';
import type { Caller, Callers } from '../auth/callers.ts';
import { WINDOW_S } from '../auth/token-bucket.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Who calls; absent where nobody is asked for an API key. */
    caller?: Caller;
  }
}

const MAX_KEY_LENGTH = 512;
const BEARER = /^Bearer +([^\s]+)$/i;

/** Lets those through who show an API key and have some of their rate left, and notes who they are. */
export const requireApiKey =
  (callers: Callers, log: Logger): RequestHandler =>
  (request, response, next) => {
    const key = keyOf(request);
    let caller: Caller | undefined;
    try {
      caller = key === undefined ? undefined : callers.find(key);
    } catch (err) {
      log.warn({ err }, 'an API key cannot be checked');
      return sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: 'API keys cannot be checked now. Nothing was taken; repeat the request.',
        retryAfter: 1,
      });
    }
    if (!caller) {
      response.set(
        'WWW-Authenticate',
        `Bearer realm="tocsin"${key === undefined ? '' : ', error="invalid_token"'}`,
      );
      return sendProblem(response, {
        status: 401,
        code: 'unauthorized',
        detail: 'An API key is needed, once, as Authorization: Bearer <key> or as x-api-key: <key>.',
      });
    }
    if (caller.bucket.left < 1) {
      sendRate(response, caller);
      return sendProblem(response, {
        status: 429,
        code: 'too_many_requests',
        detail: `The key of ${caller.name} may send ${caller.bucket.perSecond} a second. Nothing was taken.`,
        retryAfter: Math.max(1, caller.bucket.secondsUntil(1)),
      });
    }
    caller.bucket.take(1);
    sendRate(response, caller);
    request.caller = caller;
    next();
  };

/** The one key of a request; `undefined` when there is none, or more than one. */
function keyOf({ headersDistinct }: Request): string | undefined {
  const bearers = (headersDistinct.authorization ?? []).map((value) => BEARER.exec(value)?.[1]);
  const keys = [...bearers, ...(headersDistinct['x-api-key'] ?? [])];
  const [key] = keys;
  return keys.length === 1 && key !== undefined && key !== '' && key.length <= MAX_KEY_LENGTH
    ? key
    : undefined;
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
function sendRate(response: Response, { bucket }: Caller): void {
  const left = Math.max(0, Math.floor(bucket.left));
  response.set('RateLimit-Policy', `"key";q=${bucket.allowance};w=${WINDOW_S}`);
  response.set('RateLimit', `"key";r=${left};t=${bucket.secondsUntil(bucket.allowance)}`);
}

/**
 * True if the caller may write to all of these feeds, which are then counted; else the request is answered. `pathOf`
 * names the place of a feed in the request.
 */
export function mayWrite(
  { caller }: Request,
  response: Response,
  feeds: readonly string[],
  pathOf: (index: number) => string,
): boolean {
  if (!caller) return true;
  const errors = feeds.flatMap((feed, index): Fault[] =>
    caller.mayWrite(feed) ? [] : [{ path: pathOf(index), message: 'is not a feed that the key permits' }],
  );
  if (errors.length > 0) {
    const detail = `Nothing was taken: the key of ${caller.name} does not permit every feed.`;
    sendProblem(response, { status: 403, code: 'forbidden', detail, errors });
    return false;
  }
  caller.bucket.take(feeds.length - 1);
  sendRate(response, caller);
  return true;
}
