import { allowParameters, methodNotAllowed } from '@tocsin/service';
import { Router, type Request, type Response } from 'express';

/** Answers where a browser connects, and with which token. */
export type Negotiate = (request: Request, response: Response, userId?: string) => Promise<void>;

/** `GET /app/negotiate`, where browsers do not connect to this host. */
export function negotiateRoutes(negotiate: Negotiate): Router {
  const router = Router();
  router
    .route('/app/negotiate')
    .get(allowParameters(), async (request, response) => {
      response.set('Cache-Control', 'no-store');
      await negotiate(request, response, request.identity?.sub);
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
