import express, { Router } from 'express';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';
import { sendProblem, type Logger } from '@tocsin/service';
import type { Schedules } from '../schedule/index.ts';

/** `POST /job/<name>`: Dapr's scheduler hands over what waits no longer, again each second until it is answered 200. */
export function jobRoutes(schedules: Pick<Schedules, 'takeOver'>, log: Logger): Router {
  const router = Router();
  router.post('/job/:name', express.json({ limit: MAX_REQUEST_BYTES }), async (request, response) => {
    try {
      await schedules.takeOver(request.body);
      response.json({});
    } catch (error) {
      log.warn(
        { err: error, job: request.params.name },
        'a schedule could not be taken over, to be repeated',
      );
      sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: 'It cannot be listed now.',
        retryAfter: 1,
      });
    }
  });
  return router;
}
