import { createServer, type RequestListener, type Server } from 'node:http';
import { answerUnreadableRequests, boundPipelining } from '@tocsin/service';

export interface PublicServerOptions {
  /** The headers of a request must have come after so many ms. */
  headersTimeoutMs: number;
  /** A connection on which nothing moves for so many ms, neither read nor written, is closed. */
  idleTimeoutMs: number;
  /** TCP connections at most; further ones are dropped at once. */
  maxConnections: number;
}

/** A whole request may take three times as long as its headers. */
const REQUEST_FACTOR = 3;
const CHECKS_PER_TIMEOUT = 4;
/** A token of 16 KiB and what else a browser sends. */
const MAX_HEADER_BYTES = 32 * 1024;

/** The server that strangers reach: whoever connects and says nothing, or reads nothing, is closed. */
export function createPublicServer(app: RequestListener, options: PublicServerOptions): Server {
  const { headersTimeoutMs, idleTimeoutMs, maxConnections } = options;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: headersTimeoutMs,
      requestTimeout: REQUEST_FACTOR * headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / CHECKS_PER_TIMEOUT),
    },
    boundPipelining(app),
  );
  server.maxConnections = maxConnections;
  server.setTimeout(idleTimeoutMs);
  answerUnreadableRequests(server);
  return server;
}
