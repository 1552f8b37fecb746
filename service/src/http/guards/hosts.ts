import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { sendProblem, type ProblemDetails } from '../problems/problem.ts';

/** True if requests with this Host header are accepted. */
export type HostCheck = (host: string) => boolean;

/** True if `text` is valid in ALLOWED_HOSTS: a host name, or a suffix with a leading dot. */
export const isHostName = (text: string): boolean =>
  text.length <= 253 && /^\.?[\w-]+(?:\.[\w-]+)*$/.test(text);

/**
 * Allows IP addresses, `localhost` and the `allowed` names. Prevents DNS rebinding, where an attacker's host name
 * resolves to this machine. The attack needs a host name, so IP addresses are safe.
 */
export function createHostCheck(allowed: readonly string[]): HostCheck {
  const names = new Set(['localhost', ...allowed.map((name) => name.toLowerCase())]);
  const suffixes = [...names].filter((name) => name.startsWith('.'));
  return (host) => {
    const address = `http://${host}`;
    if (!URL.canParse(address)) return false;
    const name = new URL(address).hostname.replace(/\.$/, '');
    return (
      names.has(name) || isIP(name.replace(/^\[|\]$/g, '')) > 0 || suffixes.some((end) => name.endsWith(end))
    );
  };
}

/** The problem with a request's Host header, if any. Without `isServed`, every host is accepted. */
export function hostProblem(request: IncomingMessage, isServed?: HostCheck): ProblemDetails | undefined {
  const { host } = request.headers;
  const { rawHeaders, httpVersion } = request;
  if (isRepeated(rawHeaders) || (host === undefined && httpVersion !== '1.0')) {
    const detail = 'A request must have exactly one Host header (RFC 9112).';
    return { status: 400, code: 'invalid_request', detail };
  }
  // Browsers always send a Host header, and only browsers are vulnerable to DNS rebinding.
  if (host === undefined || !isServed || isServed(host)) return undefined;
  const detail =
    'This host name is not allowed. Without authentication, only IP addresses, localhost and the names in ' +
    'ALLOWED_HOSTS are served. Add the name to ALLOWED_HOSTS, or turn authentication on.';
  return { status: 403, code: 'forbidden', detail };
}

/** True if there are multiple Host headers. Node uses the first, but a proxy may have used a different one. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === 'host') count++;
  return count > 1;
}

/** Rejects requests for hosts that `isServed` does not accept. Without `isServed`, accepts every host. */
export const requireServedHost =
  (isServed: HostCheck | undefined): RequestHandler =>
  (request, response, next) => {
    const fault = isServed && hostProblem(request, isServed);
    if (fault) sendProblem(response, fault);
    else next();
  };
