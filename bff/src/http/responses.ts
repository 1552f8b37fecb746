import { sendProblem } from '@tocsin/service';
import type { Request, Response } from 'express';
import { mayRead } from '../auth/may-read.ts';

/** Returns whether the caller can read the feed. Responds with 403 if not. */
export function isPermitted(request: Request, response: Response, feed: string): boolean {
  if (mayRead(request.identity, feed)) return true;
  sendProblem(response, {
    status: 403,
    code: 'forbidden',
    detail: 'The token does not permit this feed.',
  });
  return false;
}

/** Responds with 503 and `Retry-After: 1`. `ids` lists the affected notifications, if known. */
export const sendUnavailable = (response: Response, detail: string, ids?: string[]): void =>
  sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1, ...(ids && { ids }) });
