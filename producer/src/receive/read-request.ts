import type { Request, Response } from 'express';
import { faultsOf } from '@tocsin/contracts';
import { invalidQuery, readParameters, sendProblem } from '@tocsin/service';
import type { z } from 'zod';

/**
 * Parses a request's path and query. Rejects unknown parameters. Otherwise, a misspelled `feed` would silently select
 * another feed. If the request is invalid, responds with all errors and returns `undefined`.
 */
export function readRequest<T>(
  schema: z.ZodType<T>,
  known: readonly string[],
  request: Request,
  response: Response,
): T | undefined {
  const { parameters, faults } = readParameters(request.url, known);
  const parsed = schema.safeParse({ ...parameters, ...request.params });
  if (parsed.success && faults.length === 0) return parsed.data;
  const errors = [...faults, ...(parsed.error ? faultsOf(parsed.error) : [])];
  sendProblem(response, invalidQuery(errors, 'The path or the query is invalid; see errors.'));
  return undefined;
}
