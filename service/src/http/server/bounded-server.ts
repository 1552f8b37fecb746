import { createServer, type RequestListener, type Server } from 'node:http';
import { boundPipelining } from './bound-pipelining.ts';
import { handleInvalidRequests } from './client-errors.ts';
import { hostProblem } from '../guards/hosts.ts';
import { endWithProblem, writeProblem } from './raw-problem.ts';
import { boundUnreadBody } from './unread-body.ts';

export interface ServerBounds {
  /** Time limit (ms) for receiving a request's headers. The whole request may take three times as long. */
  headersTimeoutMs?: number;
  /** Idle timeout for connections (ms). 0 means never. */
  idleTimeoutMs?: number;
  /** Maximum number of TCP connections. Additional connections are closed immediately. */
  maxConnections?: number;
  maxHeaderBytes?: number;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_FACTOR = 3;
const CHECKS_PER_TIMEOUT = 4;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Creates the server for a port. Closes connections that are idle, send too slowly, don't read, or keep sending after
 * the response. Replaces Node's empty error responses with problems.
 */
export function createBoundedServer(app: RequestListener, bounds: ServerBounds = {}): Server {
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, maxHeaderBytes = MAX_HEADER_BYTES } = bounds;
  const options = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: REQUEST_FACTOR * headersTimeoutMs,
    connectionsCheckingInterval: Math.ceil(headersTimeoutMs / CHECKS_PER_TIMEOUT),
    // `hostProblem` responds to a missing Host header with a problem. Node's own response would have no body.
    requireHostHeader: false,
  };
  const server = createServer(
    options,
    boundPipelining((request, response) => {
      const fault = hostProblem(request);
      if (fault) return writeProblem(response, fault);
      // When a response ends, Node reads the rest of the request body without a limit, so set the limit before that.
      response.once('prefinish', () => boundUnreadBody(request));
      app(request, response);
    }),
  );
  server.on('checkExpectation', (_request, response) =>
    writeProblem(response, {
      status: 417,
      code: 'invalid_request',
      detail: 'The only supported expectation is 100-continue. Send the request without the Expect header.',
    }),
  );
  server.on('connect', (_request, socket) =>
    endWithProblem(socket, {
      status: 405,
      code: 'method_not_allowed',
      detail: 'CONNECT is not supported because this server is not a proxy.',
      allow: [],
    }),
  );
  if (bounds.maxConnections !== undefined) server.maxConnections = bounds.maxConnections;
  if (bounds.idleTimeoutMs !== undefined) server.setTimeout(bounds.idleTimeoutMs);
  handleInvalidRequests(server);
  return server;
}
