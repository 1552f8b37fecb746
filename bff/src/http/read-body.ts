import { faultsOf, MAX_REQUEST_BYTES } from '@tocsin/contracts';
import { requireJson, sendProblem } from '@tocsin/service';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';

const MAX_FAULTS = 1_000;

/** Before a route that reads its body. */
export const jsonBody: readonly RequestHandler[] = [
  requireJson,
  express.json({ type: () => true, limit: MAX_REQUEST_BYTES }),
];

/** The body as the schema has it; `undefined` when it was refused, with every fault of it. */
export function readBody<T>(schema: z.ZodType<T>, request: Request, response: Response): T | undefined {
  const body = schema.safeParse(request.body);
  if (body.success) return body.data;
  sendProblem(response, {
    status: 400,
    code: 'invalid_request',
    detail: 'The body cannot be used; errors lists every fault.',
    errors: faultsOf(body.error).slice(0, MAX_FAULTS),
  });
  return undefined;
}
