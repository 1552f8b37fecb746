import { Router } from 'express';
import { sendProblem, type Logger, type OnRefused } from '@tocsin/service';
import { NotDueError, type Schedules } from '../schedule/schedules.ts';

export interface JobRoutesOptions {
  schedules: Pick<Schedules, 'takeOver'>;
  onRefused: OnRefused;
  log: Logger;
}

/**
 * `POST /job/<name>`: Dapr's scheduler hands over a due job, again every second until the answer is 200 or 404.
 * Ignores the body, which cannot be trusted, and reads the job from the scheduler.
 */
export function jobRoutes({ schedules, onRefused, log }: JobRoutesOptions): Router {
  const router = Router();
  router.post('/job/:name', async (request, response) => {
    request.resume();
    try {
      if (await schedules.takeOver(request.params.name)) response.json({});
      else {
        onRefused('unknown_job');
        // 404 is the only error that stops Dapr from handing over the job again. The job may have been cancelled in
        // the meantime.
        sendProblem(response, {
          status: 404,
          code: 'not_found',
          detail: 'The scheduler has no job with this name. Nothing was changed.',
        });
      }
    } catch (err) {
      const job = request.params.name;
      const isEarly = err instanceof NotDueError;
      if (isEarly) log.info({ err }, 'a job was handed over too early; Dapr will hand it over again');
      else log.warn({ err, job }, 'cannot take over a job; Dapr will hand it over again');
      sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: isEarly
          ? 'This job is not due yet. Nothing was changed; hand it over when it is due.'
          : 'This job could not be moved into the due window. Hand it over again.',
        retryAfter: 1,
      });
    }
  });
  return router;
}
