import type { RequestHandler } from 'express';
import type { Fault } from '@tocsin/contracts';
import { sendProblem } from '@tocsin/service';

/** The query as it was sent, without its question mark. */
const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

/** Refuses a query in which a parameter is repeated: it would be a guess which one is meant. Others are ignored. */
export const refuseRepeatedParameters: RequestHandler = (request, response, next) => {
  const names = [...new URLSearchParams(queryOf(request.url)).keys()];
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (repeated.length === 0) return next();
  sendProblem(response, {
    status: 400,
    code: 'invalid_query',
    detail: 'A query parameter may be given once.',
    errors: repeated.map((path): Fault => ({ path, message: 'is given more than once' })),
  });
};

/** The parameters of a query, or `undefined` if it is not valid percent-encoded UTF-8: it could name another feed. */
export function readQuery(url: string): Record<string, string> | undefined {
  const query = queryOf(url);
  try {
    decodeURIComponent(query);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
  return Object.fromEntries(new URLSearchParams(query));
}
