import type { Response } from 'express';
import { sendProblem } from '@tocsin/service';
import type { Outcome } from '../produce/ports.ts';

/** Seconds to wait before retrying a request that got 503. */
const RETRY_AFTER_S = 1;

const REASONS: Record<Exclude<Outcome, 'accepted'>, string> = {
  late: 'The request could not be stored and announced in time.',
  full: 'Too many notifications are waiting.',
  stopping: 'This instance is stopping.',
};

/** Responds with 503. The problem explains what happened, what the effect was, and which ids to retry with. */
export function sendUnavailable(
  response: Response,
  outcome: Exclude<Outcome, 'accepted'>,
  consequence: string,
  ids?: string[],
): void {
  sendProblem(response, {
    status: 503,
    code: 'unavailable',
    detail: `${REASONS[outcome]} ${consequence}`,
    ...(ids && { ids }),
    retryAfter: RETRY_AFTER_S,
  });
}
