import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { sendProblem, type ProblemDetails } from '../problems/problem.ts';

/** Whether requests for a host, as a Host header names it, are served. */
export type HostCheck = (host: string) => boolean;

/** Whether `text` can stand in ALLOWED_HOSTS: a host name, or with a dot in front the end of many. */
export const isHostName = (text: string): boolean =>
  text.length <= 253 && /^\.?[\w-]+(?:\.[\w-]+)*$/.test(text);

/**
 * Serves IP addresses, `localhost` and `allowed`. Elsewhere a page could let its own name point to this machine (DNS
 * rebinding) and so call as if it were one of ours: it needs a name for that, so an address is never its own.
 */
export function createHostCheck(allowed: readonly string[]): HostCheck {
  const names = new Set(['localhost', ...allowed.map((name) => name.toLowerCase())]);
  const ends = [...names].filter((name) => name.startsWith('.'));
  return (host) => {
    const address = `http://${host}`;
    if (!URL.canParse(address)) return false;
    const name = new URL(address).hostname.replace(/\.$/, '');
    return (
      names.has(name) || isIP(name.replace(/^\[|\]$/g, '')) > 0 || ends.some((end) => name.endsWith(end))
    );
  };
}

/** What is wrong with the Host header of a request; nothing where `isServed` serves it, or all hosts are served. */
export function hostFault(request: IncomingMessage, isServed?: HostCheck): ProblemDetails | undefined {
  const { host } = request.headers;
  const { rawHeaders, httpVersion } = request;
  if (isRepeated(rawHeaders) || (host === undefined && httpVersion !== '1.0')) {
    const detail = 'A request must have one Host header (RFC 9112).';
    return { status: 400, code: 'invalid_request', detail };
  }
  // No browser leaves it out, and only a browser can be led astray.
  if (host === undefined || !isServed || isServed(host)) return undefined;
  const detail =
    'Without authentication only requests for known host names are served, and this one is not known. Call by IP ' +
    'address or localhost, name the host in ALLOWED_HOSTS, or turn authentication on.';
  return { status: 403, code: 'forbidden', detail };
}

/** Node keeps the first of several Host headers, a proxy in front may have gone by another. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === 'host') count++;
  return count > 1;
}

/** Refuses requests for hosts that `isServed` does not serve; none where it is left out. */
export const requireServedHost =
  (isServed: HostCheck | undefined): RequestHandler =>
  (request, response, next) => {
    const fault = isServed && hostFault(request, isServed);
    if (fault) sendProblem(response, fault);
    else next();
  };
