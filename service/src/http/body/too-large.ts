import type { Request, Response } from 'express';
import { PROBLEM_MEDIA_TYPE } from '@tocsin/contracts';
import { problemBody, type ProblemDetails } from '../problems/problem.ts';
import { LINGER_MS, REST_BYTES, readAtMost } from '../server/rest.ts';

/** The `type` of such errors from raw-body, and so from Express's parsers. */
export const TOO_LARGE = 'entity.too.large';

export const tooLarge = (limit: number): ProblemDetails => ({
  status: 413,
  code: 'payload_too_large',
  detail: `The body may have at most ${limit} bytes.`,
});

/**
 * Answers 413 at once. Closes the connection when the body ends, the peer closes it, or a second has passed. Closing it
 * at once would reset it, and a peer that is still sending would lose the answer.
 */
export function refuseTooLarge(request: Request, response: Response, limit: number): void {
  const problem = tooLarge(limit);
  const body = problemBody(problem);
  response.locals.problemCode = problem.code;
  response.status(problem.status).type(PROBLEM_MEDIA_TYPE);
  response.set({ Connection: 'close', 'Content-Length': String(Buffer.byteLength(body)) });
  if (request.readableEnded) {
    response.end(body);
    return;
  }
  // The answer is complete for the peer. It stays open for Node, which would otherwise close the connection now.
  response.write(body);
  const end = () => response.end();
  const timer = setTimeout(end, LINGER_MS);
  response.once('close', () => clearTimeout(timer));
  request.once('close', end);
  readAtMost(request, REST_BYTES);
}
