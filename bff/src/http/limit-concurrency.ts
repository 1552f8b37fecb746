import { sendProblem } from '@tocsin/service';
import type { RequestHandler } from 'express';
import { Counts } from '../connect/counts.ts';

/** Maximum concurrent requests per reader: far more than all of a reader's pages need. A response is at most 256 KB. */
const MAX_REQUESTS = 300;

/**
 * Responds with 429 if a signed-in reader already has 300 requests whose responses are pending or not fully read. The
 * limit is needed because unread responses take up memory. Each instance counts separately.
 */
export function limitConcurrency(max = MAX_REQUESTS): RequestHandler {
  const counts = new Counts();
  return (request, response, next) => {
    const sub = request.identity?.sub;
    if (sub === undefined) return next();
    if (counts.get(sub) >= max)
      return sendProblem(response, {
        status: 429,
        code: 'too_many_requests',
        detail: `Each reader is limited to ${max} concurrent requests. Read the pending responses first.`,
        retryAfter: 1,
      });
    // If the reader disconnected while the token was being checked, the response never emits `close`.
    if (request.socket.destroyed) return;
    counts.add(sub);
    response.once('close', () => counts.remove(sub));
    next();
  };
}
