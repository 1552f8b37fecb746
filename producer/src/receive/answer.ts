import type { Response } from 'express';
import { sendProblem } from '@tocsin/service';
import type { Outcome } from '../produce/ports.ts';

/** Seconds after which a caller may repeat a request that was answered 503. */
const RETRY_AFTER_S = 1;

const REASONS: Record<Exclude<Outcome, 'accepted'>, string> = {
  late: 'The request could not be deposited and announced in time.',
  full: 'Too many notifications are waiting.',
  stopping: 'This instance is stopping.',
};

/** Answers 503 with the reason, its consequence, and the ids for a retry. */
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
