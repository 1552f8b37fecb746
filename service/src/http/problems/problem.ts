import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { PROBLEM_MEDIA_TYPE, type Fault, type Problem, type ProblemCode } from '@tocsin/contracts';

export interface ProblemDetails extends Pick<Problem, 'errors' | 'ids'> {
  status: number;
  code: ProblemCode;
  detail: string;
  /** The supported methods. Only for 405. */
  allow?: readonly string[];
  /** The value of Retry-After in seconds. Only for 429 and 503. */
  retryAfter?: number;
}

/** Returns the first `max` errors. If there are more, the `detail` says that only the first `max` are listed. */
export const listErrors = (
  errors: readonly Fault[],
  { detail, max }: { detail: string; max: number },
): { detail: string; errors: Fault[] } => ({
  detail: errors.length > max ? `${detail} The first ${max} are listed.` : detail,
  errors: errors.slice(0, max),
});

export function problemBody({ status, code, detail, errors, ids }: ProblemDetails): string {
  const body: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(errors && { errors }),
    ...(ids && { ids }),
  };
  return JSON.stringify(body);
}

/** Responds with a problem (RFC 9457). Sets `response.locals.problemCode` for metrics. */
export function sendProblem(response: Response, problem: ProblemDetails): void {
  const { status, code, allow, retryAfter } = problem;
  if (allow) response.set('Allow', allow.join(', '));
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
  response.locals.problemCode = code;
  response.status(status).type(PROBLEM_MEDIA_TYPE).send(problemBody(problem));
}
