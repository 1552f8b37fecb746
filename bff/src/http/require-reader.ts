import { sendProblem } from '@tocsin/service';
import type { Request, Response } from 'express';
import { ANONYMOUS, readerOf } from '../readers/reader.ts';

/**
 * Returns the request's reader, who is signed in or has a `clientId`. Responds with 400 to all others, because
 * anonymous readers without a `clientId` share one state.
 */
export function requireReader(
  request: Request,
  response: Response,
  clientId: string | undefined,
): string | undefined {
  const reader = readerOf(request.identity, clientId);
  if (reader !== ANONYMOUS) return reader;
  sendProblem(response, {
    status: 400,
    code: 'invalid_request',
    detail: 'The request does not identify a reader: sign in, or send a clientId.',
    errors: [{ path: 'clientId', message: 'is required if you are not signed in' }],
  });
  return undefined;
}
