import { lookup as resolve } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { Agent } from 'undici';

const MAX_ENDPOINT = 2048;
/** Google's push service before FCM, now shut down. web-push would print a warning for each push to it. */
const RETIRED_HOST = 'android.googleapis.com';
const CONNECT_MS = 10_000;
const RESPONSE_TIMEOUT_MS = 20_000;
/** Maximum connections per push service. */
const MAX_CONNECTIONS = 16;

/**
 * Parses a push service URL, which comes from a browser and can be forged. Accepts only https on port 443 without
 * credentials, to a host name or a public IP address. Returns `undefined` for all other URLs. `publicAgent` checks
 * which addresses the host name resolves to. `allowLoopback` (for tests) also permits loopback addresses, on any port
 * and without TLS.
 */
export function endpointOf(endpoint: string, allowLoopback: boolean): URL | undefined {
  if (endpoint.length > MAX_ENDPOINT || !URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isAddress = ipaddr.isValid(host);
  if (allowLoopback && isAddress && isLoopback(host)) return /^https?:$/.test(url.protocol) ? url : undefined;
  if (url.protocol !== 'https:' || url.port !== '' || host === RETIRED_HOST) return undefined;
  return isAddress && !isPublic(host) ? undefined : url;
}

const isLoopback = (address: string): boolean => ipaddr.process(address).range() === 'loopback';

/** False for loopback, private and reserved addresses. */
export const isPublic = (address: string): boolean => ipaddr.process(address).range() === 'unicast';

/** Thrown if the host name resolves to a non-public address. No connection was made. */
export class NotPublicError extends Error {
  override name = 'NotPublicError';
  readonly code = 'ENOTPUBLIC';
}

/**
 * Creates an agent that checks the IP address of every new connection. One check is not enough, because a host name can
 * resolve to a public address first and to an internal address later (DNS rebinding). The agent doesn't follow
 * redirects.
 */
export const publicAgent = (): Agent =>
  new Agent({
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: RESPONSE_TIMEOUT_MS,
    bodyTimeout: RESPONSE_TIMEOUT_MS,
    connect: { timeout: CONNECT_MS, lookup: lookupPublic },
  });

type LookupDone = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** Like `dns.lookup`, but fails if any of the name's addresses is non-public. */
export function lookupPublic(hostname: string, options: LookupOptions, done: LookupDone): void {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    const nonPublic = addresses.find(({ address }) => !isPublic(address));
    const [first] = addresses;
    if (nonPublic || !first) {
      const target = nonPublic ? `${nonPublic.address}, which is not public` : 'no address';
      return done(new NotPublicError(`${hostname} resolves to ${target}`), []);
    }
    return options.all ? done(null, addresses) : done(null, first.address, first.family);
  });
}
