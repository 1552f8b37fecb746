import type { Request, RequestHandler } from 'express';
import type { OnRefused } from '../../security/refusals.ts';
import { sendProblem } from '../problems/problem.ts';

/** Headers that daprd sets on each service invocation. Callers that go through a sidecar can't remove or forge them. */
const INVOCATION_HEADERS = ['dapr-caller-app-id', 'dapr-caller-namespace', 'dapr-callee-app-id'];

/** True if a request is a service invocation or an actor call from another application. */
export const isInvocation = (request: Request): boolean =>
  INVOCATION_HEADERS.some((name) => request.get(name) !== undefined);

/**
 * Rejects service invocations of routes meant only for the application's own sidecar. Anyone with direct access to the
 * sidecar's internal port can omit the headers, so don't rely on this alone.
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
        'Only the sidecar of this application may call this route. Invoke the producer’s public methods instead.',
    });
  };
