import { SignatureError, sendProblem, type Logger, type OnRefused } from '@tocsin/service';
import type { Response } from 'express';
import { InvalidCallError } from './signed-call.ts';

export interface RefuseCallOptions {
  onRefused: OnRefused;
  log: Logger;
}

/**
 * Answers a signed call that failed the check: 403 for a bad signature, 400 for invalid content, or 503 while the
 * secret is unknown.
 */
export function refuseCall(response: Response, error: unknown, { onRefused, log }: RefuseCallOptions): void {
  if (error instanceof SignatureError) {
    onRefused(error.fault);
    return sendProblem(response, { status: 403, code: 'forbidden', detail: error.message });
  }
  if (error instanceof InvalidCallError) {
    const { message: detail, errors } = error;
    return sendProblem(response, { status: 400, code: 'invalid_request', detail, errors });
  }
  log.warn({ err: error }, 'cannot check a signed call right now');
  sendProblem(response, {
    status: 503,
    code: 'unavailable',
    detail: 'The "internal" secret has not been loaded yet. Nothing was done; retry the call.',
    retryAfter: 1,
  });
}
