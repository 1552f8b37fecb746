import { Router } from 'express';
import { z } from 'zod';
import { VERSION } from '../../process/version.ts';
import { methodNotAllowed } from '../problems/errors.ts';
import { sendProblem } from '../problems/problem.ts';

export interface HealthOptions {
  /** Resolves if the application is ready. Otherwise rejects with an error that gives the reason. */
  ready: () => Promise<void>;
  /** Additional members of the `/readyz` body. */
  facts?: Record<string, string>;
}

/** The body of `/healthz`. */
export const healthSchema = z.object({ status: z.literal('alive'), version: z.string() });
/** The body of `/readyz` with 200. */
export const readySchema = z.object({ status: z.literal('ready'), auth: z.string().optional() });

/** `/healthz` reports the version. `/readyz` returns 200 if `ready` resolves, otherwise 503 and the error message. */
export function healthRoutes({ ready, facts = {} }: HealthOptions): Router {
  const router = Router();
  router
    .route('/healthz')
    .get((_request, response) => {
      response.json({ status: 'alive', version: VERSION } satisfies z.infer<typeof healthSchema>);
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/readyz')
    .get(async (_request, response) => {
      try {
        await ready();
        response.json({ status: 'ready', ...facts });
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
      }
    })
    .all(methodNotAllowed('GET'));
  return router;
}
