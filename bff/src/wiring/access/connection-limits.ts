import type { BffConfig } from '../../config.ts';
import type { ConnectionLimits } from '../../socketio/admission/admission.ts';

/** An address's default share of all slots, and of the slots for pending connections. */
const ADDRESS_SHARE = 1 / 5;
/** The default limit for pending connections: this share of all connections, but at least MIN_PENDING. */
const PENDING_SHARE = 1 / 10;
const MIN_PENDING = 50;
/** TCP connections allowed per pending session. Polling needs two. */
const SOCKETS_PER_PENDING = 4;
/** Additional TCP connections without a signed-in reader, for loading pages and for health probes. */
const OTHER_SOCKETS = 200;
/** A polling session has two TCP connections: one for polling and one for sending. */
const SOCKETS_PER_SESSION = 2;
/** TCP connections for readers' requests. */
const SOCKETS_FOR_REQUESTS = 1_000;

type Settings = Pick<
  BffConfig,
  | 'AUTH_MODE'
  | 'MAX_CONNECTIONS'
  | 'MAX_PENDING_CONNECTIONS'
  | 'MAX_CONNECTIONS_PER_ADDRESS'
  | 'MAX_CONNECTIONS_PER_READER'
>;

export function connectionLimits(config: Settings): ConnectionLimits {
  const { AUTH_MODE, MAX_CONNECTIONS: connections, MAX_CONNECTIONS_PER_ADDRESS: configured } = config;
  const pending =
    config.MAX_PENDING_CONNECTIONS ?? Math.max(MIN_PENDING, Math.ceil(connections * PENDING_SHARE));
  // With tokens, limits apply per reader because many readers can share an address.
  const byDefault = AUTH_MODE === 'none' ? Math.ceil(connections * ADDRESS_SHARE) : 0;
  return {
    connections,
    pending,
    pendingPerAddress: Math.ceil(pending * ADDRESS_SHARE),
    perAddress: configured ?? byDefault,
    exemptsTrusted: configured === undefined,
    perReader: config.MAX_CONNECTIONS_PER_READER,
  };
}

/** Returns the limits on TCP connections without a signed-in reader, and on all TCP connections. */
export function socketLimits({ connections, pending }: ConnectionLimits): {
  unauthenticated: number;
  all: number;
} {
  const unauthenticated = SOCKETS_PER_PENDING * pending + OTHER_SOCKETS;
  return { unauthenticated, all: SOCKETS_PER_SESSION * connections + SOCKETS_FOR_REQUESTS + unauthenticated };
}
