import type { RequestHandler } from 'express';
import type { Fault } from '@tocsin/contracts';
import { sendProblem } from '../problems/problem.ts';

/** The query of an address as it was sent, without its question mark. */
const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

/** Faults that one answer lists; a query has room for thousands. */
const MAX_FAULTS = 100;
/** Characters of a parameter's name that a fault shows. */
const MAX_NAME = 100;

/**
 * The known parameters of an address, and every fault: a parameter that is not `known`, one that is given twice (it would be
 * a guess which is meant), and bytes that are no UTF-8 (they could name another feed).
 */
export function readParameters(
  url: string,
  known: readonly string[],
): { parameters: Record<string, string>; faults: Fault[] } {
  const query = queryOf(url);
  if (!isUtf8(query)) {
    return { parameters: {}, faults: [{ path: '', message: 'must be valid percent-encoded UTF-8' }] };
  }
  const parameters = new Map<string, string>();
  const faults = new Map<string, Fault>();
  const refuse = (name: string, message: string) =>
    faults.set(name, { path: name.slice(0, MAX_NAME), message });
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) refuse(name, 'is not a known parameter');
    else if (parameters.has(name)) refuse(name, 'is given more than once');
    else parameters.set(name, value);
  }
  return { parameters: Object.fromEntries(parameters), faults: [...faults.values()].slice(0, MAX_FAULTS) };
}

/**
 * Refuses queries with faults. An unknown parameter is refused too: a `?feed=` that counts for nothing would send a
 * private notification to everybody.
 */
export const allowParameters =
  (...known: string[]): RequestHandler =>
  (request, response, next) => {
    // Most requests have no query.
    if (!request.url.includes('?')) return next();
    const { faults } = readParameters(request.url, known);
    if (faults.length === 0) return next();
    const may =
      known.length === 0 ? 'This address takes no parameters' : `Parameters are ${known.join(', ')}`;
    sendProblem(response, {
      status: 400,
      code: 'invalid_query',
      detail: `The query cannot be used; errors lists every fault. ${may}.`,
      errors: faults,
    });
  };

function isUtf8(query: string): boolean {
  try {
    decodeURIComponent(query);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}
