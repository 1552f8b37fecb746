import type { IncomingMessage } from 'node:http';
import { endWithProblem, writeProblem, type ProblemDetails } from '@tocsin/service';
import type { ServerOptions } from 'socket.io';
import { isAllowedOrigin } from '../../auth/origins.ts';
import { isHttpResponse } from './handshake-guard.ts';

const ORIGIN_REFUSED: ProblemDetails = {
  status: 403,
  code: 'forbidden',
  detail:
    "Pages from this origin are not allowed to connect. To allow it, add the origin to the bff's ALLOWED_ORIGINS.",
};

/** Returns engine.io middleware that refuses requests from disallowed origins. */
export const createOriginGuard =
  (allowed: readonly string[]) =>
  (request: IncomingMessage, response: object, next: () => void): void => {
    const { origin, host } = request.headers;
    if (isAllowedOrigin(origin, host, allowed)) next();
    else if (isHttpResponse(response)) writeProblem(response, ORIGIN_REFUSED);
    else endWithProblem(request.socket, ORIGIN_REFUSED);
  };

/** Returns the CORS options for long polling from other origins. */
export const corsFor = (allowed: readonly string[]): Pick<Partial<ServerOptions>, 'cors'> =>
  allowed.length === 0 ? {} : { cors: { origin: [...allowed], methods: ['GET', 'POST'], maxAge: 600 } };
