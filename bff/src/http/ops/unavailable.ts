import type { Logger } from '@tocsin/service';
import type { Response } from 'express';
import { sendUnavailable } from '../responses.ts';

/** Logs that a dependency doesn't respond, and responds with 503. */
export function reportUnavailable(
  response: Response,
  log: Logger,
  { error, detail, ids }: { error: unknown; detail: string; ids?: string[] | undefined },
): void {
  log.warn({ err: error }, 'cannot serve an ops page request: a dependency is unavailable');
  sendUnavailable(response, detail, ids);
}
