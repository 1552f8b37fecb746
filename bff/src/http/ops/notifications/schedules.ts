import { scheduleListSchema } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Operate } from '../../../ops/ports.ts';
import { reportUnavailable } from '../unavailable.ts';

/** `GET /schedules`: the earliest scheduled notifications and the total count. The producer caches the list. */
export function scheduleRoutes(operate: Operate, log: Logger): Router {
  const router = Router();
  router
    .route('/schedules')
    .get(allowParameters(), async (_request, response) => {
      try {
        const { body } = await operate({ do: 'list-schedules' });
        response.set('Cache-Control', 'no-store').json(scheduleListSchema.parse(body));
      } catch (error) {
        const detail =
          'The producer did not list its schedules. Try again. If it keeps failing, run the same version of the producer and bff.';
        reportUnavailable(response, log, { error, detail });
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
