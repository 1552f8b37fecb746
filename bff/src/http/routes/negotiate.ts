import { allowParameters, methodNotAllowed } from '@tocsin/service';
import { Router, type Request, type Response } from 'express';

/** Responds with the address that the browser must connect to, and a token for it. */
export type Negotiate = (request: Request, response: Response, userId?: string) => Promise<void>;

/** `GET /app/negotiate`, for deployments where browsers connect to another service. */
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
