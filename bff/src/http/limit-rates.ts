import type { IncomingMessage } from 'node:http';
import { sendProblem } from '@tocsin/service';
import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';

export interface RateLimitOptions {
  /** Maximum requests per minute for each reader (each address if not signed in). 0 means no limit. */
  perMinute: number;
  /** The client's address behind the trusted proxies. */
  addressOf: (request: IncomingMessage) => string;
}

const WINDOW_MS = 60_000;

/**
 * Responds with 429 to writes (all methods but GET and HEAD) above the limit. The limit is needed because each new
 * `clientId` creates a document, and anyone can make up any number of them. Each instance counts separately.
 */
export const limitWrites = (options: RateLimitOptions): RequestHandler =>
  limitRate(options, 'changes', ({ method }) => method === 'GET' || method === 'HEAD');

/** Responds with 429 to searches above the limit, since a search is far more expensive than other requests. */
export const limitSearches = (options: RateLimitOptions): RequestHandler =>
  limitRate(options, 'searches', () => false);

function limitRate(
  { perMinute, addressOf }: RateLimitOptions,
  name: string,
  skip: (request: Request) => boolean,
): RequestHandler {
  if (perMinute === 0) return (_request, _response, next) => next();
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    skip,
    keyGenerator: (request) =>
      request.identity ? `sub ${request.identity.sub}` : `address ${addressOf(request)}`,
    standardHeaders: false,
    legacyHeaders: false,
    handler: (_request, response) =>
      sendProblem(response, {
        status: 429,
        code: 'too_many_requests',
        detail: `Each reader or address is limited to ${perMinute} ${name} per minute. Try again later.`,
        retryAfter: WINDOW_MS / 1000,
      }),
    // Turn off the library's checks of addresses and proxies. `addressOf` groups addresses by network and respects
    // TRUST_PROXY.
    validate: false,
  });
}
