import { Router } from 'express';
import { sendProblem, type Logger, type OnRefused } from '@tocsin/service';
import { NotDueError, type Schedules } from '../schedule/schedules.ts';

export interface JobRoutesOptions {
  schedules: Pick<Schedules, 'takeOver'>;
  onRefused: OnRefused;
  log: Logger;
}

/**
 * `POST /job/<name>`: Dapr's scheduler hands over what waits no longer, again each second until it is answered 200 or
 * 404. The body is not read: the scheduler is asked what it keeps under that name.
 */
export function jobRoutes({ schedules, onRefused, log }: JobRoutesOptions): Router {
  const router = Router();
  router.post('/job/:name', async (request, response) => {
    request.resume();
    try {
      if (await schedules.takeOver(request.params.name)) response.json({});
      else {
        onRefused('unknown_job');
        // The one error after which Dapr does not hand a job over again, as it must not one that was cancelled meanwhile.
        sendProblem(response, {
          status: 404,
          code: 'not_found',
          detail: 'The scheduler keeps no job of this name. Nothing was done.',
        });
      }
    } catch (err) {
      const job = request.params.name;
      const isEarly = err instanceof NotDueError;
      if (isEarly) log.info({ err }, 'a schedule was handed over too early, to be repeated');
      else log.warn({ err, job }, 'a schedule could not be taken over, to be repeated');
      sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: isEarly
          ? 'This job is not due yet. Nothing was done; hand it over at its time.'
          : 'This job cannot be listed now. Hand it over again.',
        retryAfter: 1,
      });
    }
  });
  return router;
}
