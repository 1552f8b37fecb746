import { faultsOf } from '@tocsin/contracts';
import { invalidQuery, sendProblem } from '@tocsin/service';
import type { Request, Response } from 'express';
import type { z } from 'zod';

/** Parses the query. If invalid, responds with its errors (at most 100) and returns `undefined`. */
export function readQuery<T>(
  schema: z.ZodType<T>,
  request: Request,
  response: Response,
  /** Parameters that can be repeated. The schema gets them as lists. */
  lists: readonly string[] = [],
): T | undefined {
  if (!isUtf8Query(request.originalUrl)) {
    const errors = [{ path: '', message: 'must be valid percent-encoded UTF-8' }];
    sendProblem(response, invalidQuery(errors, 'The query is not valid percent-encoded UTF-8.'));
    return undefined;
  }
  const isList = (name: string) => lists.includes(name);
  const repeated = Object.entries(request.query).filter(
    ([name, value]) => typeof value !== 'string' && !isList(name),
  );
  const parameters = Object.entries(request.query).map(([name, value]) => [
    name,
    isList(name) ? [value].flat() : value,
  ]);
  const query = schema.safeParse(Object.fromEntries(parameters));
  if (repeated.length === 0 && query.success) return query.data;
  const repetitionFaults = repeated.map(([path]) => ({
    path,
    message: 'must be a single text value',
  }));
  const names = new Set(repetitionFaults.map(({ path }) => path));
  const faults = query.success ? [] : faultsOf(query.error).filter(({ path }) => !names.has(path));
  sendProblem(response, invalidQuery([...repetitionFaults, ...faults], 'The query is invalid; see errors.'));
  return undefined;
}

/**
 * Whether the query is percent-encoded UTF-8. If it weren't checked, Node's parser would replace invalid bytes, and
 * could turn a feed name into another feed's name.
 */
function isUtf8Query(url: string): boolean {
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}
