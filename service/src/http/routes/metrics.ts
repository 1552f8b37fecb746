import { Router } from 'express';
import type { Registry } from '../../observe/metrics.ts';
import { methodNotAllowed } from '../problems/errors.ts';

export function metricsRoutes(registry: Registry): Router {
  const router = Router();
  router
    .route('/metrics')
    .get(async (_request, response) => {
      response.type(registry.contentType).send(await registry.metrics());
    })
    .all(methodNotAllowed('GET'));
  return router;
}
