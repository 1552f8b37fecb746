import { faultsOf } from '@tocsin/contracts';
import { readJson, requireJson, sendProblem, takeBody } from '@tocsin/service';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';

const MAX_FAULTS = 1_000;

/** Before a route that reads its body. */
export const jsonBody: readonly RequestHandler[] = [requireJson, takeBody()];

/** The body as the schema has it; `undefined` when it was refused, with every fault of it. */
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
    detail: 'The body cannot be used; errors lists every fault.',
    errors: faultsOf(body.error).slice(0, MAX_FAULTS),
  });
  return undefined;
}
