import type { Request, RequestHandler } from 'express';
import type { OnRefused } from '../../security/refusals.ts';
import { sendProblem } from '../problems/problem.ts';

/** What daprd adds to each service invocation and nobody's client can take away; it sets its own value over another. */
const INVOCATION_HEADERS = ['dapr-caller-app-id', 'dapr-caller-namespace', 'dapr-callee-app-id'];

/** Whether another application asks, by service invocation through its sidecar. Calls of actors carry this too. */
export const isInvocation = (request: Request): boolean =>
  INVOCATION_HEADERS.some((name) => request.get(name) !== undefined);

/**
 * Refuses what another application invokes; for the routes that are for the own sidecar. A caller that speaks to the
 * sidecar's internal port itself can leave the headers out, so this is never the only lock.
 */
export const refuseInvocations =
  (onRefused: OnRefused): RequestHandler =>
  (request, response, next) => {
    if (!isInvocation(request)) return next();
    onRefused('invocation');
    sendProblem(response, {
      status: 403,
      code: 'forbidden',
      detail:
        'This route is for the own sidecar. Other applications invoke the public methods of the producer.',
    });
  };
