import { createHash, timingSafeEqual } from 'node:crypto';
import { OPS_ROLE } from '@tocsin/contracts';
import { sendProblem } from '@tocsin/service';
import type { Request, RequestHandler } from 'express';
import { bearerOf } from '../../bearer.ts';
import '../../request.ts';

export interface OpsAccess {
  /** OPS_TOKEN, if set. */
  token: string | undefined;
  /**
   * Whether the public port is published on loopback only. If so, and if `AUTH_MODE` is `none` and OPS_TOKEN isn't set,
   * the operations page is open to anyone who can reach the port.
   */
  isOnLoopback: boolean;
}

/** Paths for operators only. */
export const OPS_PATHS = ['/app/ops', '/app/compose'];

/** Returns the operator's name for the log: the token's sub, or OPS_TOKEN. */
export const operatorOf = (request: Request): string | undefined =>
  request.hasOpsToken ? 'OPS_TOKEN' : request.identity?.sub;

/** Records whether a request has OPS_TOKEN. If so, it needs no other token. Must run before `requireIdentity`. */
export function recordOpsToken({ token }: OpsAccess): RequestHandler {
  const expected = token === undefined ? undefined : digestOf(token);
  return (request, _response, next) => {
    const sent = expected && bearerOf(request);
    // Compare digests of equal length, so that the response time doesn't reveal anything about the token.
    if (sent && timingSafeEqual(digestOf(sent), expected)) request.hasOpsToken = true;
    next();
  };
}

/**
 * Allows only operators: requests with OPS_TOKEN, requests with a token that has the `ops` role, or all requests if the
 * page is open.
 */
export const requireOps =
  ({ token, isOnLoopback }: OpsAccess): RequestHandler =>
  (request, response, next) => {
    const { identity, hasOpsToken } = request;
    if (hasOpsToken || identity?.roles.includes(OPS_ROLE)) return next();
    if (identity) {
      const detail = `The token does not have the ${OPS_ROLE} role.`;
      return sendProblem(response, { status: 403, code: 'forbidden', detail });
    }
    if (token !== undefined) {
      const fault = request.headers.authorization === undefined ? '' : ', error="invalid_token"';
      response.set('WWW-Authenticate', `Bearer realm="tocsin"${fault}`);
      return sendProblem(response, {
        status: 401,
        code: 'unauthorized',
        detail: "The operations routes require the bff's OPS_TOKEN, sent as Authorization: Bearer.",
      });
    }
    if (isOnLoopback) return next();
    sendProblem(response, {
      status: 403,
      code: 'ops_closed',
      detail:
        'The operations routes are closed because AUTH_MODE is none and this port can be reached from the network. ' +
        'Set OPS_TOKEN on the bff (`openssl rand -hex 32` prints one) and sign in with it, or set AUTH_MODE to jwt.',
    });
  };

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
