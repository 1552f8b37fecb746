import type { Response } from 'express';
import { sendProblem } from '@tocsin/service';
import { WINDOW_S, type Caller } from '../../auth/callers.ts';

/** Sets the rate-limit headers. https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
export function sendRate(response: Response, { bucket }: Caller): void {
  const left = Math.max(0, Math.floor(bucket.left));
  response.set('RateLimit-Policy', `"key";q=${bucket.burst};w=${WINDOW_S}`);
  response.set('RateLimit', `"key";r=${left};t=${bucket.secondsUntil(bucket.burst)}`);
}

/** Responds with 429 to a caller that has hit its rate limit. */
export function sendTooMany(response: Response, caller: Caller): void {
  sendRate(response, caller);
  sendProblem(response, {
    status: 429,
    code: 'too_many_requests',
    detail: `${caller.name} may send at most ${caller.bucket.perSecond} notifications per second with its API key. The request had no effect; retry it after the time in the Retry-After header.`,
    retryAfter: Math.max(1, caller.bucket.secondsUntil(1)),
  });
}
