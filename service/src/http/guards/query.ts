import type { RequestHandler } from 'express';
import type { Fault } from '@tocsin/contracts';
import { listErrors, sendProblem, type ProblemDetails } from '../problems/problem.ts';

/** A URL's raw query string, excluding the question mark. */
const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

/** Maximum number of errors per response. A query could contain thousands. */
const MAX_FAULTS = 100;
const MAX_NAME = 100;

/**
 * Parses a URL's `known` parameters. Reports a fault for unknown parameters, for repeated parameters (they would be
 * ambiguous) and for bytes that aren't UTF-8 (once decoded, they could name a different feed).
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
    else if (parameters.has(name)) refuse(name, 'must not be repeated');
    else parameters.set(name, value);
  }
  return { parameters: Object.fromEntries(parameters), faults: [...faults.values()] };
}

/** The problem for a query in which `readParameters` found these errors. */
export const invalidQuery = (errors: readonly Fault[], detail: string): ProblemDetails => ({
  status: 400,
  code: 'invalid_query',
  ...listErrors(errors, { detail, max: MAX_FAULTS }),
});

/**
 * Rejects invalid queries. Unknown parameters are errors because ignoring the query in
 * `POST /notifications?feed=user:ada` would send a private notification to all readers.
 */
export const allowParameters =
  (...known: string[]): RequestHandler =>
  (request, response, next) => {
    // Most requests have no query.
    if (!request.url.includes('?')) return next();
    const { faults } = readParameters(request.url, known);
    if (faults.length === 0) return next();
    const hint =
      known.length === 0 ? 'This URL takes no parameters' : `Allowed parameters: ${known.join(', ')}`;
    sendProblem(response, invalidQuery(faults, `The query is invalid; see errors. ${hint}.`));
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
