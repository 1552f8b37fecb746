import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendProblem } from '../problems/problem.ts';

/**
 * The header in which daprd sends the application's API token.
 * https://docs.dapr.io/operations/security/app-api-token/
 */
const API_TOKEN_HEADER = 'dapr-api-token';

/**
 * Accepts only requests from the sidecar, which knows `token`. Without a token, accepts all requests, so the port must
 * then be reachable only by the sidecar.
 */
export function requireApiToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = Buffer.from(token);
  return (request, response, next) => {
    const receivedToken = Buffer.from(request.get(API_TOKEN_HEADER) ?? '');
    if (receivedToken.length === expected.length && timingSafeEqual(receivedToken, expected)) return next();
    sendProblem(response, {
      status: 401,
      code: 'unauthorized',
      detail: 'Only the sidecar may use this port. It must send APP_API_TOKEN.',
    });
  };
}
