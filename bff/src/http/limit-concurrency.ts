import { sendProblem } from '@tocsin/service';
import type { RequestHandler } from 'express';

/** Far more than all of a reader's pages need at the same time. A response is at most 256 KB. */
const MAX_REQUESTS = 300;

/**
 * Responds with 429 while a signed-in reader has 300 other requests without an answer or with an unread response, since
 * unread responses take up memory. Each instance counts separately.
 */
export function limitConcurrency(max = MAX_REQUESTS): RequestHandler {
  const counts = new Map<string, number>();
  return (request, response, next) => {
    const sub = request.identity?.sub;
    if (sub === undefined) return next();
    const count = counts.get(sub) ?? 0;
    if (count >= max)
      return sendProblem(response, {
        status: 429,
        code: 'too_many_requests',
        detail: `Each reader is limited to ${max} requests at a time. Read the responses to the others first.`,
        retryAfter: 1,
      });
    counts.set(sub, count + 1);
    response.once('close', () => {
      const left = (counts.get(sub) ?? 1) - 1;
      if (left > 0) counts.set(sub, left);
      else counts.delete(sub);
    });
    next();
  };
}
