import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendProblem } from '../problems/problem.ts';

/**
 * The header in which daprd sends the application's API token.
 * https://docs.dapr.io/operations/security/app-api-token/
 */
const API_TOKEN_HEADER = 'dapr-api-token';

/**
 * Accepts only the sidecar, which knows `token`. Without a token it accepts all requests; then the port's address
 * must protect it.
 */
export function requireApiToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = Buffer.from(token);
  return (request, response, next) => {
    const given = Buffer.from(request.get(API_TOKEN_HEADER) ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next();
    sendProblem(response, {
      status: 401,
      code: 'unauthorized',
      detail: 'This port is only for the sidecar, which sends APP_API_TOKEN.',
    });
  };
}
