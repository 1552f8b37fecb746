import { createServer, type RequestListener, type Server } from 'node:http';
import { boundPipelining } from './bound-pipelining.ts';
import { answerUnreadableRequests } from './client-errors.ts';
import { hostFault } from '../guards/hosts.ts';
import { endWithProblem, writeProblem } from './raw-problem.ts';
import { boundRest } from './rest.ts';

export interface ServerBounds {
  /** The headers of a request must have come after so many ms, a whole request after three times as many. */
  headersTimeoutMs?: number;
  /** A connection on which nothing moves for so many ms, neither read nor written, is closed; 0: never. */
  idleTimeoutMs?: number;
  /** TCP connections at most; further ones are dropped at once. */
  maxConnections?: number;
  /** Bytes of the headers of one request. */
  maxHeaderBytes?: number;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_FACTOR = 3;
const CHECKS_PER_TIMEOUT = 4;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * The server of every port. It closes connections that say nothing, send too slowly, read nothing or send on after
 * their answer, and refuses with a problem whatever Node would refuse without one.
 */
export function createBoundedServer(app: RequestListener, bounds: ServerBounds = {}): Server {
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, maxHeaderBytes = MAX_HEADER_BYTES } = bounds;
  const options = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: REQUEST_FACTOR * headersTimeoutMs,
    connectionsCheckingInterval: Math.ceil(headersTimeoutMs / CHECKS_PER_TIMEOUT),
    // Node answers its lack without a body; `hostFault` does it with one.
    requireHostHeader: false,
  };
  const server = createServer(
    options,
    boundPipelining((request, response) => {
      const fault = hostFault(request);
      if (fault) return writeProblem(response, fault);
      // Before Node sees the end of the answer, after which it would read the rest of the body unseen.
      response.once('prefinish', () => boundRest(request));
      app(request, response);
    }),
  );
  server.on('checkExpectation', (_request, response) =>
    writeProblem(response, {
      status: 417,
      code: 'invalid_request',
      detail: 'Of expectations only 100-continue can be met; send the request without the Expect header.',
    }),
  );
  server.on('connect', (_request, socket) =>
    endWithProblem(socket, {
      status: 405,
      code: 'method_not_allowed',
      detail: 'CONNECT is not possible here: this server is no proxy.',
      allow: [],
    }),
  );
  if (bounds.maxConnections !== undefined) server.maxConnections = bounds.maxConnections;
  if (bounds.idleTimeoutMs !== undefined) server.setTimeout(bounds.idleTimeoutMs);
  answerUnreadableRequests(server);
  return server;
}
