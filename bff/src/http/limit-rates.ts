import type { IncomingMessage } from 'node:http';
import { sendProblem } from '@tocsin/service';
import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';

export interface RateLimitOptions {
  /** Requests per minute of one reader, or of one address without sign-in; 0 is no limit. */
  perMinute: number;
  /** The address of a request, behind the trusted proxies. */
  addressOf: (request: IncomingMessage) => string;
}

const WINDOW_MS = 60_000;

/**
 * Refuses writes (neither GET nor HEAD) beyond the limit with 429, because anyone may invent a `clientId`,
 * and each becomes a document. Every instance counts separately. express-rate-limit counts, because it
 * forgets silent callers.
 */
export const limitWrites = (options: RateLimitOptions): RequestHandler =>
  limitRate(options, 'changes', ({ method }) => method === 'GET' || method === 'HEAD');

/** Refuses searches beyond the limit with 429: each costs as much as many other requests. */
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
        detail: `At most ${perMinute} ${name} a minute are taken from one reader or address. Send it again later.`,
        retryAfter: WINDOW_MS / 1000,
      }),
    // Addresses are grouped by their networks already, and the proxies are those of TRUST_PROXY.
    validate: false,
  });
}
