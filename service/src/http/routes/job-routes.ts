import { Router } from 'express';
import type { OnRefused } from '../../security/refusals.ts';
import { sendProblem } from '../problems/problem.ts';

export interface JobRoutesOptions {
  /** Resolves with true once the job has been processed, or false if the job doesn't exist. */
  take: (name: string) => Promise<boolean>;
  /** The response's detail if the job doesn't exist. */
  unknown: string;
  /** Called when `take` rejects. Returns the detail of the response. */
  onFailure: (error: unknown, name: string) => string;
  onRefused: OnRefused;
}

/**
 * `POST /job/<name>`: Dapr's scheduler delivers a due job and retries every second until it gets 200 or 404. The body
 * is ignored because it can't be trusted. `take` gets only the job's name.
 */
export function jobRoutes({ take, unknown, onFailure, onRefused }: JobRoutesOptions): Router {
  const router = Router();
  router.post('/job/:name', async (request, response) => {
    request.resume();
    const { name } = request.params;
    try {
      if (await take(name)) {
        response.json({});
        return;
      }
      onRefused('unknown_job');
      // 404 is the only error that stops Dapr from redelivering the job. The job may have been cancelled after Dapr
      // began to deliver it.
      sendProblem(response, { status: 404, code: 'not_found', detail: unknown });
    } catch (error) {
      const detail = onFailure(error, name);
      sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
    }
  });
  return router;
}
