import type { RequestHandler } from 'express';
import type { Fault } from '@tocsin/contracts';
import { sendProblem } from '@tocsin/service';

/** Refuses a query in which a parameter is repeated: it would be a guess which one is meant. Others are ignored. */
export const refuseRepeatedParameters: RequestHandler = (request, response, next) => {
  const query = request.url.indexOf('?');
  if (query < 0) return next();
  const names = [...new URLSearchParams(request.url.slice(query + 1)).keys()];
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (repeated.length === 0) return next();
  sendProblem(response, {
    status: 400,
    code: 'invalid_query',
    detail: 'A query parameter may be given once.',
    errors: repeated.map((path): Fault => ({ path, message: 'is given more than once' })),
  });
};
