import { sendProblem, type Logger } from '@tocsin/service';
import type { Response } from 'express';

/** Says that something behind this instance does not answer now. */
export function sendUnavailable(
  response: Response,
  log: Logger,
  { error, detail, ids }: { error: unknown; detail: string; ids?: string[] | undefined },
): void {
  log.warn({ err: error }, 'a request of the ops page has to be repeated');
  sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1, ...(ids && { ids }) });
}
