import { Router } from 'express';
import { sendProblem, type Logger, type OnRefused } from '@tocsin/service';

export interface WakeUpRoutesOptions {
  onWakeUp: (name: string) => Promise<boolean>;
  onRefused: OnRefused;
  log: Logger;
}

/**
 * `POST /job/<name>`: Dapr's scheduler hands over a due wake-up, again every second until the answer is 200 or 404.
 * Ignores the body, which cannot be trusted: the store says what is due.
 */
export function wakeUpRoutes({ onWakeUp, onRefused, log }: WakeUpRoutesOptions): Router {
  const router = Router();
  router.post('/job/:name', async (request, response) => {
    request.resume();
    try {
      if (await onWakeUp(request.params.name)) {
        response.json({});
        return;
      }
      onRefused('unknown_job');
      // 404 is the only error that stops Dapr from handing over the job again.
      const detail = 'This application has no job with this name. Nothing was changed.';
      sendProblem(response, { status: 404, code: 'not_found', detail });
    } catch (err) {
      log.warn(
        { err },
        'cannot decide about the due fallbacks of a reader; Dapr will hand the job over again',
      );
      const detail = 'The due fallbacks could not be processed. Hand the job over again.';
      sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
    }
  });
  return router;
}
