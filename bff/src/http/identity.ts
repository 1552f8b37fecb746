import type { IncomingMessage } from 'node:http';
import { sendProblem, type Logger } from '@tocsin/service';
import type { Request, RequestHandler } from 'express';
import type { Authenticator } from '../auth/authenticator.ts';
import { AuthError } from '../auth/errors.ts';
import { bearerOf } from './bearer.ts';
import './request.ts';

/**
 * Requires a valid token (RFC 6750) and stores the caller in `request.identity`. Requests with OPS_TOKEN don't need
 * another token.
 */
export const requireIdentity =
  (auth: Authenticator, log: Logger): RequestHandler =>
  async (request, response, next) => {
    if (request.hasOpsToken) return next();
    try {
      const identity = await auth.identify(auth.mode === 'none' ? undefined : tokenOf(request));
      if (identity) request.identity = identity;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      if (error.code === 'unavailable') {
        log.warn({ err: error }, 'cannot check a token');
        return sendProblem(response, {
          status: 503,
          code: 'unavailable',
          detail: sentence(error.message),
          retryAfter: 1,
        });
      }
      // Printable ASCII without quotes and backslashes needs no escaping in a quoted string (RFC 9110).
      const description = error.message.replace(/[^\x20-\x7e]|["\\]/g, '');
      const fault = error.tokenGiven ? `, error="invalid_token", error_description="${description}"` : '';
      response.set('WWW-Authenticate', `Bearer realm="tocsin"${fault}`);
      return sendProblem(response, { status: 401, code: 'unauthorized', detail: sentence(error.message) });
    }
    next();
  };

function tokenOf(request: Request): string | undefined {
  if (request.headersDistinct.authorization === undefined) return undefined;
  const token = bearerOf(request);
  if (token !== undefined) return token;
  throw new AuthError(
    'unauthorized',
    'the Authorization header must be sent exactly once, in the form "Bearer <token>"',
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Returns the owner whose quota a request's documents count against: the signed-in reader, or else the address. */
export type OwnerOf = (request: Request) => string;

export const createOwnerOf =
  (addressOf: (request: IncomingMessage) => string): OwnerOf =>
  (request) =>
    request.identity ? `user:${request.identity.sub}` : `address:${addressOf(request)}`;
