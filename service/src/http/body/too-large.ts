import type { Request, Response } from 'express';
import { PROBLEM_MEDIA_TYPE } from '@tocsin/contracts';
import { problemBody, type ProblemDetails } from '../problems/problem.ts';
import { LINGER_MS, UNREAD_BYTES, readAtMost } from '../server/unread-body.ts';

/** The `type` of raw-body's error for a body that is too large. Express's parsers use raw-body. */
export const TOO_LARGE = 'entity.too.large';

export const tooLarge = (limit: number): ProblemDetails => ({
  status: 413,
  code: 'payload_too_large',
  detail: `The body is too large. Send at most ${limit} bytes.`,
});

/**
 * Responds with 413 immediately. Closes the connection when the body ends, the peer closes it, or a second has passed.
 * Closing immediately would reset the connection, and a peer that is still sending would lose the response.
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
  // The peer sees a complete response. Don't end it yet because Node would then close the connection immediately.
  response.write(body);
  const end = () => response.end();
  const timer = setTimeout(end, LINGER_MS);
  response.once('close', () => clearTimeout(timer));
  request.once('close', end);
  readAtMost(request, UNREAD_BYTES);
}
