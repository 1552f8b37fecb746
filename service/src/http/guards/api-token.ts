import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendProblem } from '../problems/problem.ts';

/** The header in which daprd sends the token of the application. https://docs.dapr.io/operations/security/app-api-token/ */
const API_TOKEN_HEADER = 'dapr-api-token';

/** Admits only the sidecar, which knows `token`. Without a token it admits everyone; then the address is the protection. */
export function requireApiToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = Buffer.from(token);
  return (request, response, next) => {
    const given = Buffer.from(request.get(API_TOKEN_HEADER) ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next();
    sendProblem(response, {
      status: 401,
      code: 'unauthorized',
      detail: 'This port is for the sidecar only, which sends the token of the application.',
    });
  };
}
