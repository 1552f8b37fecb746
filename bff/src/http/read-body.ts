import { faultsOf } from '@tocsin/contracts';
import { listErrors, readJson, requireJson, sendProblem, takeBody } from '@tocsin/service';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';

const MAX_FAULTS = 1_000;

export const jsonBody: readonly RequestHandler[] = [requireJson, takeBody()];

/** Parses the body. If invalid, responds with its errors (at most 1,000) and returns `undefined`. */
export function readBody<T>(schema: z.ZodType<T>, request: Request, response: Response): T | undefined {
  const read = readJson(request.body as Uint8Array);
  if ('problem' in read) {
    sendProblem(response, read.problem);
    return undefined;
  }
  const body = schema.safeParse(read.value);
  if (body.success) return body.data;
  sendProblem(response, {
    status: 400,
    code: 'invalid_request',
    ...listErrors(faultsOf(body.error), { detail: 'The body is invalid; see errors.', max: MAX_FAULTS }),
  });
  return undefined;
}
