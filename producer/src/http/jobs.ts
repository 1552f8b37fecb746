import { Router } from 'express';
import { sendProblem, type Logger, type OnRefused } from '@tocsin/service';
import { NotDueError, type Schedules } from '../schedule/index.ts';

export interface JobRoutesOptions {
  schedules: Pick<Schedules, 'takeOver'>;
  onRefused: OnRefused;
  log: Logger;
}

/**
 * `POST /job/<name>`: Dapr's scheduler hands over what waits no longer, again each second until it is answered 200. The
 * body is not read: the scheduler is asked what it keeps under that name.
 */
export function jobRoutes({ schedules, onRefused, log }: JobRoutesOptions): Router {
  const router = Router();
  router.post('/job/:name', async (request, response) => {
    request.resume();
    try {
      if (!(await schedules.takeOver(request.params.name))) onRefused('unknown_job');
      // Also where there is none: one that was cancelled meanwhile must not come again.
      response.json({});
    } catch (err) {
      const job = request.params.name;
      if (err instanceof NotDueError)
        log.info({ err }, 'a schedule was handed over too early, to be repeated');
      else log.warn({ err, job }, 'a schedule could not be taken over, to be repeated');
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
