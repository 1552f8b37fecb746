import { allowParameters, methodNotAllowed } from '@tocsin/service';
import { Router } from 'express';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';

/** `GET /openapi.json` and `GET /asyncapi.json`: API documents, for example for client generators. */
export function specRoutes(): Router {
  const router = Router();
  for (const [path, document] of [
    ['/openapi.json', JSON.stringify(openApiDocument())],
    ['/asyncapi.json', JSON.stringify(asyncApiDocument())],
  ] as const) {
    router
      .route(path)
      .get(allowParameters(), (_request, response) => {
        response.type('application/json').send(document);
      })
      .all(methodNotAllowed('GET', 'HEAD'));
  }
  return router;
}
