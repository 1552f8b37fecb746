import type { IncomingMessage } from 'node:http';
import { endWithProblem, hostProblem, writeProblem, type HostCheck } from '@tocsin/service';
import { isHttpResponse } from './handshake-guard.ts';

/**
 * Runs the server's host check as engine.io middleware since engine.io responds before the server's own middleware
 * would run.
 */
export const createHostGuard =
  (isServed: HostCheck | undefined) =>
  (request: IncomingMessage, response: object, next: () => void): void => {
    const fault = hostProblem(request, isServed);
    if (!fault) next();
    else if (isHttpResponse(response)) writeProblem(response, fault);
    else endWithProblem(request.socket, fault);
  };
