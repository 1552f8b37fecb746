import type { Logger } from '@tocsin/service';
import type { Response } from 'express';
import { sendUnavailable } from '../answers.ts';

/** Logs that something behind this instance does not answer now, and says so. */
export function reportUnavailable(
  response: Response,
  log: Logger,
  { error, detail, ids }: { error: unknown; detail: string; ids?: string[] | undefined },
): void {
  log.warn({ err: error }, 'a request of the ops page has to be repeated');
  sendUnavailable(response, detail, ids);
}
