import { sendProblem } from '@tocsin/service';
import type { Request, Response } from 'express';
import { ANONYMOUS, readerOf } from '../readers/reader.ts';

/** The reader, who must have a name: what all nameless ones share is no inbox of theirs. Answers 400 where there is none. */
export function namedReader(
  request: Request,
  response: Response,
  clientId: string | undefined,
): string | undefined {
  const reader = readerOf(request.identity, clientId);
  if (reader !== ANONYMOUS) return reader;
  sendProblem(response, {
    status: 400,
    code: 'invalid_request',
    detail: 'Say who reads: sign in, or give a clientId.',
    errors: [{ path: 'clientId', message: 'is needed where nobody is signed in' }],
  });
  return undefined;
}
