import type { OpsStatus } from '@tocsin/contracts';
import { VERSION, allowParameters, methodNotAllowed } from '@tocsin/service';
import { Router } from 'express';

export interface StatusOptions {
  instance: string;
  /** Dependencies that don't respond. */
  failing: () => OpsStatus['failing'];
  links: OpsStatus['links'];
  now: () => number;
}

/** `GET /status`: this instance's version, links and failing dependencies. Calls neither the sidecar nor Redis. */
export function statusRoutes({ instance, failing, links, now }: StatusOptions): Router {
  const router = Router();
  router
    .route('/status')
    .get(allowParameters(), (_request, response) => {
      const at = new Date(now()).toISOString();
      const status: OpsStatus = { at, instance, version: VERSION, failing: failing(), links };
      response.set('Cache-Control', 'no-store').json(status);
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
