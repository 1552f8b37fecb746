import { sendProblem } from '@tocsin/service';
import type { Request, Response } from 'express';
import { mayRead } from '../auth/may-read.ts';

/** Returns whether the caller may read the feed; if not, answers 403. */
export function isPermitted(request: Request, response: Response, feed: string): boolean {
  if (mayRead(request.identity, feed)) return true;
  sendProblem(response, {
    status: 403,
    code: 'forbidden',
    detail: 'The token does not permit this feed.',
  });
  return false;
}

/** Answers 503 and asks for a retry after one second. `ids` are those of the affected notifications, if known. */
export const sendUnavailable = (response: Response, detail: string, ids?: string[]): void =>
  sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1, ...(ids && { ids }) });
