import type { Instances } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { InstanceBoard } from '../../ops/ports.ts';
import { reportUnavailable } from './unavailable.ts';

/** `GET /instances`: the figures of all instances, by name. */
export function instanceRoutes(board: InstanceBoard, now: () => number, log: Logger): Router {
  const router = Router();
  router
    .route('/instances')
    .get(allowParameters(), async (_request, response) => {
      try {
        const instances = (await board.read()).sort((a, b) => (a.instance < b.instance ? -1 : 1));
        const at = new Date(now()).toISOString();
        response.set('Cache-Control', 'no-store').json({ at, instances } satisfies Instances);
      } catch (error) {
        const detail = 'The figures of the instances cannot be read now. Ask again.';
        reportUnavailable(response, log, { error, detail });
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
