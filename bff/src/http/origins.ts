import { sendProblem } from '@tocsin/service';
import type { RequestHandler } from 'express';
import { isAllowedOrigin } from '../auth/origins.ts';

/** Time that browsers can cache a preflight response (seconds). */
const PREFLIGHT_S = '600';

/** Refuses requests from disallowed origins. Adds CORS headers to responses for the origins in `allowed`. */
export const crossOrigin =
  (allowed: readonly string[]): RequestHandler =>
  (request, response, next) => {
    const { origin, host } = request.headers;
    response.vary('Origin');
    if (!isAllowedOrigin(origin, host, allowed)) {
      return sendProblem(response, {
        status: 403,
        code: 'forbidden',
        detail:
          'Pages from this origin are not allowed to call this server. To allow it, add the origin to ALLOWED_ORIGINS.',
      });
    }
    if (origin === undefined || !allowed.includes(origin)) return next();
    response.set('Access-Control-Allow-Origin', origin);
    response.set('Access-Control-Expose-Headers', 'Retry-After, WWW-Authenticate');
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return next();
    response.set({
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': 'authorization, content-type, traceparent, last-event-id',
      'Access-Control-Max-Age': PREFLIGHT_S,
    });
    response.status(204).end();
  };
