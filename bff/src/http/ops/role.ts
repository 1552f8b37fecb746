import { OPS_ROLE } from '@tocsin/contracts';
import { sendProblem } from '@tocsin/service';
import type { RequestHandler } from 'express';
import '../identity.ts';

/** Lets those through whose token names the role, and everybody where nobody is asked for a token. */
export const requireOps: RequestHandler = (request, response, next) => {
  if (!request.identity || request.identity.roles.includes(OPS_ROLE)) return next();
  sendProblem(response, {
    status: 403,
    code: 'forbidden',
    detail: `The token does not have the role ${OPS_ROLE}.`,
  });
};
